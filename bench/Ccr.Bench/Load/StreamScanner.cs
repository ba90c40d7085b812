namespace Ccr.Bench.Load;

/// <summary>
/// Looks through a response as it comes, in pieces cut anywhere: finds stamps (<c>@nanoseconds@</c>) and the last event of each protocol.
/// </summary>
internal sealed class StreamScanner
{
    private const int LongestTerminator = 32;
    private const int FewestDigits = 9;

    private readonly byte[] _tail = new byte[LongestTerminator * 2];
    private int _tailLength;
    private long _value;
    private int _digits = -1;

    /// <summary>A protocol's last event has been seen.</summary>
    public bool Terminated { get; private set; }

    /// <summary>Takes the next bytes, read at <paramref name="now"/> (nanoseconds of the monotonic clock); adds each stamp's lag in milliseconds.</summary>
    public void Feed(ReadOnlySpan<byte> bytes, long now, List<double> lags)
    {
        Terminated = Terminated || FindTerminator(bytes);
        while (bytes.Length > 0)
        {
            if (_digits < 0)
            {
                var at = bytes.IndexOf((byte)'@');
                if (at < 0)
                {
                    return;
                }

                bytes = bytes[(at + 1)..];
                (_digits, _value) = (0, 0);
                continue;
            }

            var next = bytes[0];
            if (next is >= (byte)'0' and <= (byte)'9' && _digits < 19)
            {
                _value = _value * 10 + (next - '0');
                _digits++;
            }
            else
            {
                var isStamp = next == '@' && _digits >= FewestDigits;
                if (isStamp)
                {
                    lags.Add((now - _value) / 1e6);
                }

                // The @ that ends no stamp may begin one.
                (_digits, _value) = (next == '@' && !isStamp ? 0 : -1, 0);
            }

            bytes = bytes[1..];
        }
    }

    /// <summary>Ready for the next response.</summary>
    public void Reset() => (Terminated, _tailLength, _digits) = (false, 0, -1);

    private bool FindTerminator(ReadOnlySpan<byte> bytes)
    {
        // What may have been cut: the last bytes before these, with the first of these.
        var head = bytes[..Math.Min(bytes.Length, LongestTerminator)];
        head.CopyTo(_tail.AsSpan(_tailLength));
        var found = Has(bytes) || Has(_tail.AsSpan(0, _tailLength + head.Length));
        if (bytes.Length >= LongestTerminator)
        {
            bytes[^LongestTerminator..].CopyTo(_tail);
            _tailLength = LongestTerminator;
        }
        else
        {
            var length = _tailLength + bytes.Length;
            var drop = Math.Max(0, length - LongestTerminator);
            _tail.AsSpan(drop, length - drop).CopyTo(_tail);
            _tailLength = length - drop;
        }

        return found;
    }

    // Lines of their own: JSON cannot hold a bare line feed, so no answer's text can look like one.
    private static bool Has(ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("\nevent: message_stop\n"u8) >= 0 || bytes.IndexOf("\ndata: [DONE]"u8) >= 0 || bytes.IndexOf("\nevent: response.completed\n"u8) >= 0;
}
