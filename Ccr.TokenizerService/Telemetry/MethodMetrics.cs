using Grpc.Core;

namespace Ccr.TokenizerService.Telemetry;

/// <summary>The counters of one method. Recording takes no lock; a page read meanwhile may be a call ahead in one number and not in the next.</summary>
internal sealed class MethodMetrics
{
    /// <summary>Upper bounds of the duration histogram, in seconds; one bucket more holds the rest.</summary>
    public static readonly double[] Bounds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

    private readonly long[] _calls = new long[(int)StatusCode.Unauthenticated + 1];
    private readonly long[] _durations = new long[Bounds.Length + 1];
    private long _durationTicks;
    private long _texts;
    private long _bytes;
    private long _tokens;

    public long Texts => Interlocked.Read(ref _texts);

    public long Bytes => Interlocked.Read(ref _bytes);

    public long Tokens => Interlocked.Read(ref _tokens);

    public TimeSpan Duration => new(Interlocked.Read(ref _durationTicks));

    public long Calls(StatusCode outcome) => Interlocked.Read(ref _calls[(int)outcome]);

    /// <summary>Calls in one bucket of the histogram, not cumulated.</summary>
    public long CallsWithin(int bucket) => Interlocked.Read(ref _durations[bucket]);

    public UsageTotals Totals
    {
        get
        {
            var calls = 0L;
            for (var i = 0; i < _calls.Length; i++)
            {
                calls += Calls((StatusCode)i);
            }

            return new(calls, Texts, Bytes, Tokens);
        }
    }

    public void Record(StatusCode outcome, WorkDone work, TimeSpan duration)
    {
        Interlocked.Increment(ref _calls[(int)outcome]);
        Interlocked.Add(ref _texts, work.Texts);
        Interlocked.Add(ref _bytes, work.Bytes);
        Interlocked.Add(ref _tokens, work.Tokens);
        Interlocked.Add(ref _durationTicks, duration.Ticks);
        var bucket = Array.FindIndex(Bounds, bound => duration.TotalSeconds <= bound);
        Interlocked.Increment(ref _durations[bucket < 0 ? Bounds.Length : bucket]);
    }
}
