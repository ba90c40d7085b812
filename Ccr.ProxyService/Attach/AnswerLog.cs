using System.Buffers;
using System.IO.Pipelines;

namespace Ccr.ProxyService.Attach;

/// <summary>
/// The bytes of a running answer from its beginning, in rented segments, for clients that read at their own pace. One writer. What only the first client ever read goes
/// back to the pool; where others read too, nobody can tell who was the last, and the segments are left to the collector.
/// </summary>
internal sealed class AnswerLog(int maxBytes) : IBufferWriter<byte>
{
    private const int FirstSegment = 4 * 1024;
    private const int LargestSegment = 32 * 1024;

    private readonly Lock _lock = new();
    private readonly List<LogReader> _readers = new(1);
    private LogSegment? _first;
    private LogSegment? _committed;
    private LogSegment? _tail;
    private long _written;
    private int _fresh;
    private bool _hadReader;
    private bool _isShared;
    private bool _isOverfull;
    private bool _isReleased;
    private TaskCompletionSource? _more;
    private TaskCompletionSource? _taken;

    /// <summary>The status line and headers; null before they are known.</summary>
    public AnswerHead? Head { get; private set; }

    /// <summary>True when nothing more comes.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>True when it ended in the middle.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Bytes that readers may have.</summary>
    public long Written
    {
        get
        {
            lock (_lock)
            {
                return _written;
            }
        }
    }

    /// <summary>True while it can be read from its beginning.</summary>
    public bool IsWhole
    {
        get
        {
            lock (_lock)
            {
                return !_isOverfull && !_isReleased;
            }
        }
    }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _tail!.Filled += count;
        _fresh += count;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_tail is not { } tail || tail.Buffer.Length - tail.Filled < Math.Max(1, sizeHint))
        {
            tail = Append(sizeHint);
        }

        return tail.Buffer.AsMemory(tail.Filled);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <summary>Lets readers see the head.</summary>
    public void Begin(AnswerHead head)
    {
        lock (_lock)
        {
            Head = head;
            Wake();
        }
    }

    /// <summary>Lets readers see what was written. One that was more than the limit behind even before is dropped.</summary>
    /// <param name="first">The first client, where its pace is the answer's; null otherwise.</param>
    /// <param name="client">Where that one's bytes go.</param>
    public void Commit(LogReader? first = null, PipeWriter? client = null)
    {
        LogReader[]? slow;
        lock (_lock)
        {
            slow = _fresh > 0 ? Publish() : null;
            if (first is not null)
            {
                Hand(first, client!);
            }
        }

        foreach (var reader in slow ?? [])
        {
            reader.Drop();
        }
    }

    /// <summary>Nothing more comes.</summary>
    public void Complete(bool isBroken)
    {
        lock (_lock)
        {
            IsComplete = true;
            IsBroken = isBroken;
            Wake();
        }
    }

    /// <summary>A reader from the beginning; false when that is no longer kept.</summary>
    public bool TryAdd(LogReader reader)
    {
        lock (_lock)
        {
            if (_isOverfull || _isReleased)
            {
                return false;
            }

            _isShared = _hadReader;
            _hadReader = true;
            _readers.Add(reader);
            return true;
        }
    }

    /// <summary>It reads no longer.</summary>
    public void Remove(LogReader reader)
    {
        lock (_lock)
        {
            _readers.Remove(reader);
            Taken();
        }
    }

    /// <summary>The next stretch for a reader; false when there is none now.</summary>
    private bool TryRead(LogReader reader, out ReadOnlyMemory<byte> piece)
    {
        lock (_lock)
        {
            return Next(reader, out piece);
        }
    }

    /// <summary>The reader has that much more.</summary>
    private void Took(LogReader reader, int count)
    {
        lock (_lock)
        {
            reader.Offset += count;
            reader.Position += count;
            Taken();
        }
    }

    /// <summary>Waits until one reader at least is not far behind: the fastest sets the pace.</summary>
    public ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return HasRoom() ? default : new(WaitForRoomAsync(cancellationToken));
        }
    }

    /// <summary>Waits for the head; null when it ended without one.</summary>
    public async ValueTask<AnswerHead?> HeadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (Head is not null || IsComplete)
                {
                    return Head;
                }

                more = More();
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Writes all that comes to a client, as fast as that client takes it.</summary>
    public async Task CopyAsync(LogReader reader, PipeWriter client, CancellationToken cancellationToken)
    {
        while (!reader.IsDropped)
        {
            Task more;
            if (TryRead(reader, out var piece))
            {
                client.Write(piece.Span);
                Took(reader, piece.Length);
                await client.FlushAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            lock (_lock)
            {
                if (reader.Position < _written && !reader.IsDropped)
                {
                    continue;
                }

                if (IsComplete)
                {
                    return;
                }

                more = More();
            }

            if (reader.Position == 0)
            {
                // The head alone.
                await client.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nobody reads it from the beginning any more: the memory goes back.</summary>
    public void Release()
    {
        lock (_lock)
        {
            if (_isReleased)
            {
                return;
            }

            _isReleased = true;
            foreach (var reader in _readers)
            {
                reader.Segment ??= _first;
            }

            if (!_isShared)
            {
                for (var segment = _first; segment is not null; segment = segment.Next)
                {
                    ArrayPool<byte>.Shared.Return(segment.Buffer);
                }
            }

            _first = _committed = _tail = null;
        }
    }

    private LogReader[]? Publish()
    {
        for (var segment = _committed!; ; segment = segment.Next!)
        {
            segment.Committed = segment.Filled;
            segment.IsSealed = segment != _tail;
            if (segment == _tail)
            {
                break;
            }
        }

        _committed = _tail;
        var before = _written;
        _written += _fresh;
        _fresh = 0;
        var slow = _written > maxBytes ? Overflow(before) : null;
        Wake();
        return slow;
    }

    /// <summary>All there is for the first client, in one go: a copy into the connection's buffer.</summary>
    private void Hand(LogReader first, PipeWriter client)
    {
        while (Next(first, out var piece))
        {
            client.Write(piece.Span);
            first.Offset += piece.Length;
            first.Position += piece.Length;
        }
    }

    private bool Next(LogReader reader, out ReadOnlyMemory<byte> piece)
    {
        reader.Segment ??= _first;
        while (reader.Segment is { } segment && !reader.IsDropped)
        {
            if (reader.Offset < segment.Committed)
            {
                piece = segment.Buffer.AsMemory(reader.Offset, segment.Committed - reader.Offset);
                return true;
            }

            if (!segment.IsSealed)
            {
                break;
            }

            reader.Segment = segment.Next;
            reader.Offset = 0;
            if (_isOverfull && !_isShared)
            {
                _first = segment.Next;
                ArrayPool<byte>.Shared.Return(segment.Buffer);
            }
        }

        piece = default;
        return false;
    }

    private bool HasRoom()
    {
        for (var i = 0; i < _readers.Count; i++)
        {
            if (_written - _readers[i].Position <= maxBytes / 2)
            {
                return true;
            }
        }

        return _readers.Count == 0;
    }

    private async Task WaitForRoomAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task taken;
            lock (_lock)
            {
                if (HasRoom())
                {
                    return;
                }

                taken = (_taken ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await taken.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private void Taken()
    {
        if (_taken is { } taken)
        {
            _taken = null;
            taken.SetResult();
        }
    }

    private Task More() => (_more ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    private void Wake()
    {
        if (_more is { } more)
        {
            _more = null;
            more.SetResult();
        }
    }

    private LogSegment Append(int sizeHint)
    {
        var size = _tail is null ? FirstSegment : Math.Min(LargestSegment, _tail.Buffer.Length * 2);
        var segment = new LogSegment(ArrayPool<byte>.Shared.Rent(Math.Max(size, sizeHint)));
        lock (_lock)
        {
            if (_tail is null)
            {
                _first = _committed = segment;
            }
            else
            {
                _tail.Next = segment;
            }

            _tail = segment;
        }

        return segment;
    }

    /// <summary>Past the limit: the beginning is kept no longer, and readers too far behind go.</summary>
    private LogReader[]? Overflow(long before)
    {
        _isOverfull = true;
        List<LogReader>? slow = null;
        foreach (var reader in _readers)
        {
            reader.Segment ??= _first;
            if (_isShared && before - reader.Position > maxBytes)
            {
                (slow ??= []).Add(reader);
            }
        }

        if (_isShared || _readers.Count == 0)
        {
            _first = null;
        }
        else
        {
            for (var reader = _readers[0]; _first != reader.Segment; _first = _first.Next)
            {
                ArrayPool<byte>.Shared.Return(_first!.Buffer);
            }
        }

        return slow?.ToArray();
    }
}
