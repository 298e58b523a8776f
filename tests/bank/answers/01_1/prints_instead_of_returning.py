# verdict: incorrect
# says: it returned None(.|\n)*without a `return`(.|\n)*Your code printed


def mean_read_ms(hit_ratio, lookup, query, fill):
    print(lookup + (1 - hit_ratio) * (query + fill))
