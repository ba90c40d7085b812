namespace Ccr.ProxyService.Health;

/// <summary>
/// The places of one provider and those who wait for one: interactive calls before background ones, and within a class one session after the other, so that a client with a
/// thousand agents waits mostly for itself.
/// </summary>
internal sealed class FairQueue(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly WaitingClass _interactive = new();
    private readonly WaitingClass _background = new();
    private int _limit = int.MaxValue;

    /// <summary>Calls under way.</summary>
    public int Active { get; private set; }

    /// <summary>Calls that wait.</summary>
    public int Waiting => _interactive.Count + _background.Count;

    /// <summary>Takes a place if one is free and nobody waits for it.</summary>
    public bool TryEnter(int? limit)
    {
        lock (_gate)
        {
            SetLimit(limit);
            if (Active >= _limit || Waiting > 0)
            {
                return false;
            }

            Active++;
            return true;
        }
    }

    /// <summary>Waits for a place; false when the queue is full or the wait was too long.</summary>
    /// <param name="limit">The places; null for any number.</param>
    /// <param name="most">How many may wait.</param>
    /// <param name="longest">How long.</param>
    /// <param name="session">Whose call it is.</param>
    /// <param name="isBackground">Whether interactive calls go first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">The wait was ended; no place is held.</exception>
    public async ValueTask<bool> EnterAsync(int? limit, int most, TimeSpan longest, string session, bool isBackground, CancellationToken cancellationToken)
    {
        if (TryEnter(limit))
        {
            return true;
        }

        var waiter = new Waiter(session, isBackground ? _background : _interactive);
        lock (_gate)
        {
            if (Waiting >= most || longest <= TimeSpan.Zero)
            {
                return false;
            }

            waiter.Class.Add(waiter);

            // A place may have come free since.
            Serve();
        }

        using var timer = time.CreateTimer(_ => Leave(waiter, isCancelled: false), null, longest, Timeout.InfiniteTimeSpan);
        using var registration = cancellationToken.UnsafeRegister(_ => Leave(waiter, isCancelled: true), null);
        try
        {
            return await waiter.Task.ConfigureAwait(false);
        }
        catch (TaskCanceledException)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Gives a place back; the next one who waits gets it.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            Active--;
            Serve();
        }
    }

    private void SetLimit(int? limit)
    {
        var before = _limit;
        _limit = limit ?? int.MaxValue;
        if (_limit > before)
        {
            Serve();
        }
    }

    private void Serve()
    {
        while (Active < _limit && (_interactive.Take() ?? _background.Take()) is { } waiter)
        {
            // Whoever is taken out here is nobody else's to complete: giving up takes it out under the same lock.
            Active++;
            waiter.SetResult(true);
        }
    }

    private void Leave(Waiter waiter, bool isCancelled)
    {
        lock (_gate)
        {
            if (!waiter.Class.Remove(waiter))
            {
                return;
            }
        }

        if (isCancelled)
        {
            waiter.SetCanceled();
        }
        else
        {
            waiter.SetResult(false);
        }
    }

    /// <summary>One call that waits.</summary>
    private sealed class Waiter(string session, WaitingClass group) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public string Session { get; } = session;

        public WaitingClass Class { get; } = group;

        public LinkedListNode<Waiter>? Node { get; set; }
    }

    /// <summary>The sessions of one class, in the order of their next turn, each with its calls in the order they came.</summary>
    private sealed class WaitingClass
    {
        private readonly LinkedList<LinkedList<Waiter>> _turns = new();
        private readonly Dictionary<string, LinkedListNode<LinkedList<Waiter>>> _sessions = new(StringComparer.Ordinal);

        public int Count { get; private set; }

        public void Add(Waiter waiter)
        {
            if (!_sessions.TryGetValue(waiter.Session, out var turn))
            {
                _sessions[waiter.Session] = turn = _turns.AddLast(new LinkedList<Waiter>());
            }

            waiter.Node = turn.Value.AddLast(waiter);
            Count++;
        }

        public Waiter? Take()
        {
            if (_turns.First is not { } turn)
            {
                return null;
            }

            var waiter = turn.Value.First!.Value;
            Remove(waiter);
            if (turn.List is not null)
            {
                // Its next call waits until every other session had its turn.
                _turns.Remove(turn);
                _turns.AddLast(turn);
            }

            return waiter;
        }

        public bool Remove(Waiter waiter)
        {
            if (waiter.Node is not { } node)
            {
                return false;
            }

            waiter.Node = null;
            Count--;
            var turn = _sessions[waiter.Session];
            turn.Value.Remove(node);
            if (turn.Value.Count == 0)
            {
                _turns.Remove(turn);
                _sessions.Remove(waiter.Session);
            }

            return true;
        }
    }
}
