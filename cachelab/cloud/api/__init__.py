"""The control plane: ElastiCache's API on top of moto's, which answers for the rest of AWS."""
