"""What exercises of several lessons ask of an answer; each settles with a verdict, or says nothing."""
