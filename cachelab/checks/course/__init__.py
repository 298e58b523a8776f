"""The learner and the course's files: what is solved, whose copy is whose, where the answers stand."""
