# verdict: not attempted
# says: has no answer yet

structure = {
    "place": ...,
    "visitors": ...,
    "active": ...,
    "limit": ...,
    "session": ...,
    "thumbnails": ...,
    "typing": ...,
    "last seat": ...,
}
