using System.Collections.Concurrent;

namespace Ccr.Bench.Chaos;

/// <summary>What the agents have counted, all together.</summary>
internal sealed class ChaosTally
{
    private const int KeptProblems = 12;
    private long _requests;
    private long _whole;
    private long _broken;
    private long _endless;
    private long _jobs;
    private long _detours;
    private long _abandoned;

    /// <summary>Requests sent.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Answers that were whole and right.</summary>
    public long Whole => Interlocked.Read(ref _whole);

    /// <summary>Answers that misled: broken streams, and whole ones that say something wrong.</summary>
    public long Broken => Interlocked.Read(ref _broken);

    /// <summary>Of the broken ones those that the agent left because no end came.</summary>
    public long Endless => Interlocked.Read(ref _endless);

    /// <summary>Tool loops done to their last answer.</summary>
    public long Jobs => Interlocked.Read(ref _jobs);

    /// <summary>Tool loops given up after many clear errors in a row.</summary>
    public long Abandoned => Interlocked.Read(ref _abandoned);

    /// <summary>Clear errors, by kind.</summary>
    public ConcurrentDictionary<string, long> Errors { get; } = new(StringComparer.Ordinal);

    /// <summary>The first problems, in words.</summary>
    public ConcurrentQueue<string> Problems { get; } = new();

    /// <summary>A request goes out.</summary>
    public void AddRequest() => Interlocked.Increment(ref _requests);

    /// <summary>A whole answer came.</summary>
    public void AddWhole() => Interlocked.Increment(ref _whole);

    /// <summary>A tool loop is done.</summary>
    public void AddJob() => Interlocked.Increment(ref _jobs);

    /// <summary>A closing text that broke off and was gone on with by a call.</summary>
    public void AddDetour() => Interlocked.Increment(ref _detours);

    /// <summary>How many of those.</summary>
    public long Detours => Interlocked.Read(ref _detours);

    /// <summary>A tool loop was given up.</summary>
    public void AddAbandoned() => Interlocked.Increment(ref _abandoned);

    /// <summary>A clear error came.</summary>
    public void AddError(string kind) => Errors.AddOrUpdate(kind, 1, static (_, count) => count + 1);

    /// <summary>A misleading answer came.</summary>
    public void AddBroken(string problem, bool endless)
    {
        Interlocked.Increment(ref _broken);
        if (endless)
        {
            Interlocked.Increment(ref _endless);
        }

        if (Problems.Count < KeptProblems)
        {
            Problems.Enqueue(problem);
        }
    }
}
