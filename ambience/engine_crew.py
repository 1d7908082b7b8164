"""The crew of threads that plays all layers: whoever waits for it lends a hand, so no more run than there are cores."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Generic, TypeVar

S = TypeVar("S")
T = TypeVar("T")


class Crew:
    """Does jobs, on several threads if that pays; which thread does what never changes a sample.

    Parameters
    ----------
    threads : int, >= 1
        How many work at once, the caller included.
    """

    def __init__(self, threads: int) -> None:
        self.size = threads
        self._pool = ThreadPoolExecutor(threads - 1, thread_name_prefix="ambience") if threads > 1 else None

    def begin(self, jobs: Sequence[Callable[[], T]], *, spread: bool) -> Callable[[], list[T]]:
        """Begin some jobs, in their order; call what is returned to help with them and get the results."""
        if self._pool is None or not spread:
            results = [job() for job in jobs]
            return lambda: results
        batch = _Batch(jobs)
        hands = [self._pool.submit(batch.work) for _ in range(self.size - 1)]

        def help_and_wait() -> list[T]:
            batch.work()
            for hand in hands:
                if not hand.cancel():  # who has not come yet need not come any more
                    hand.result()
            return batch.results

        return help_and_wait

    def map(self, do: Callable[[S], T], items: Iterable[S]) -> list[T]:
        """Do the same with all items, and return the results."""
        return self.begin([partial(do, item) for item in items], spread=True)()

    def leave(self) -> None:
        """Release the threads; from now on the caller does the jobs."""
        if self._pool:
            self._pool.shutdown(wait=True)
            self._pool = None


class _Batch(Generic[T]):
    """Jobs from which each takes the next, whoever is free."""

    def __init__(self, jobs: Sequence[Callable[[], T]]) -> None:
        self._left = deque(enumerate(jobs))
        self._done: dict[int, T] = {}

    def work(self) -> None:
        """Do jobs until none is left."""
        while True:
            try:
                number, job = self._left.popleft()
            except IndexError:  # the last one is taken
                return
            self._done[number] = job()

    @property
    def results(self) -> list[T]:
        """What the jobs returned, in their order."""
        return [self._done[number] for number in range(len(self._done))]
