using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Modes;

/// <summary>The client's own request of a comparison: the copy's side waits here until the client has its answer.</summary>
internal sealed class ComparisonRun(AnswerDigest digest)
{
    private readonly TaskCompletionSource<RequestRecord> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the client was told.</summary>
    public AnswerDigest Digest { get; } = digest;

    /// <summary>The account of the client's request, once it is over.</summary>
    public Task<RequestRecord> Record => _answered.Task;

    /// <summary>The client's request is over.</summary>
    public void Answered(RequestRecord record)
    {
        Digest.Complete();
        _answered.TrySetResult(record);
    }
}
