"""What is compared, a file a workload: what each system computes, the systems, and what the figures must say."""
