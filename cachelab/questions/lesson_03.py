"""Lesson 03, provision a cluster with boto3."""

from . import Question

QUESTIONS = {
    "network": Question(
        "Given that other group, AWS",
        choices={
            "takes the order; nobody can connect": "That is what a rule that lets in nobody would do.",
            "takes the order; the group is ignored": "What AWS takes it does not ignore, a firewall least.",
            "refuses the order": "",
        },
        because="A cache and its security groups must be in one VPC, and AWS can see that they are not.",
    ),
    "choices": Question(
        "It can never be changed",
        choices={
            "node type": "It takes a while and a failover, but it can be done on a running cache.",
            "number of replicas": "Replicas are added and removed while the cache runs.",
            "encryption at rest": "",
            "days of backups": "It is a number that you can set at any time, to 0 as well.",
        },
        because="Neither can the subnet group, nor the port.",
    ),
    "command": Question(
        "Nodes on the bill",
        unit="nodes",
        low="Two replicas, says the command, and a replica does not come alone: tutorials give the price of "
        "one node.",
        high="One shard, says the command: one primary, with as many replicas as it asks for.",
        because="A primary and two replicas. All are billed alike.",
    ),
    "wait": Question(
        "The waiter gives up after",
        unit="s",
        low="`create-failed` is not a word it knows: for the waiter, the creation is still on its way.",
        high="It does not wait forever: see how often it asks, and how many times.",
        because="It waits for a word that will never come.",
    ),
    "address": Question(
        "The tutorial's address",
        choices={
            "is right": "It is, for a cluster without encryption, as tutorials once made them.",
            "is wrong for this cluster": "",
        },
        because="With TLS it begins with `master.`",
    ),
    "connect": Question(
        "Without ssl=True, the client",
        choices={
            "works, unencrypted": "A server may offer both. This one insists on encryption.",
            "gets an error at once": "",
            "waits for a time-out": "That is reported from AWS, too. Here somebody answers, and hangs up.",
        },
        because="What listens here expects a TLS greeting, and hangs up on anything else.",
    ),
    "failover": Question(
        "Longest time without a successful write",
        unit="s",
        low="Somebody has to notice, choose a replica, promote it and lead the address there.",
        high="On AWS it is longer. On one machine, a dead process is noticed at once.",
        because="The same address leads to another node, and your client opens a new connection to it.",
    ),
    "lost": Question(
        "Payments still there",
        of=500,
        high="Each was acknowledged, but only by the primary: it does not wait for its replicas.",
        because="The new primary had never heard of them.",
    ),
    "snapshot": Question(
        "Restoring a snapshot gives you",
        choices={
            "the old cluster, set back in time": "A database on your desk would do that.",
            "a new cluster, with its own address and bill": "",
        },
        because="Replicas are yours to order again.",
    ),
    "end": Question(
        "Backups left when the clusters are gone",
        choices={
            "all three": "A cluster's own daily backups go with it, on AWS as here.",
            "the manual one and the final one": "",
            "none": "What you ordered by name is yours, and goes when you delete it by name.",
        },
        because="Whoever deletes a cluster deletes its automatic backups.",
    ),
}
