using System.Buffers;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.ProxyService.Dispatch.Rescue;

namespace Ccr.ProxyService.Dispatch.Answers;

/// <summary>
/// Brings one provider's answer into the form that the client gets. What it writes is held until <see cref="Open"/>, so that an answer that fails before its first
/// content leaves no trace.
/// </summary>
internal abstract class AnswerCarrier : IDisposable
{
    /// <summary>True once anything came that only this answer could have said.</summary>
    public abstract bool HasContent { get; }

    /// <summary>True when nothing more is to be read.</summary>
    public abstract bool IsFinished { get; }

    /// <summary>The failure, if there was one.</summary>
    public abstract ProviderError? Failure { get; }

    /// <summary>How many calls of the client's tools it holds so far.</summary>
    public abstract int ToolCalls { get; }

    /// <summary>The newest token counts of this attempt.</summary>
    public abstract TokenCounts Counts { get; }

    /// <summary>Why the model stopped, in Anthropic's word; null while it has not.</summary>
    public abstract string? StopReason { get; }

    /// <summary>The provider's id of the answer; empty while not known.</summary>
    public abstract string AnswerId { get; }

    /// <summary>Takes the next piece of a stream.</summary>
    public abstract void Feed(ReadOnlyMemory<byte> piece);

    /// <summary>The stream ended.</summary>
    public abstract void Complete();

    /// <summary>Takes an answer that is one document.</summary>
    public abstract void ReadWhole(byte[] document);

    /// <summary>Begins to write to the client: what was held goes first.</summary>
    public abstract void Open();

    /// <summary>Writes a keep-alive between two events; null when this answer can have none.</summary>
    public virtual Action<IBufferWriter<byte>>? KeepAlive => null;

    /// <summary>Plays a whole answer to a client that wants a stream; false when there is nothing to play.</summary>
    public virtual ValueTask<bool> PlayAsync(ClientStream client, TimeProvider time, CancellationToken cancellationToken) => new(false);

    /// <summary>Tells the client in the stream that it failed. Nothing may follow.</summary>
    public abstract void SayError(ProviderError error);

    /// <summary>Whether all of the answer was said but for its last event; writes that event then.</summary>
    public virtual bool TryConclude() => false;

    /// <summary>What the client has got, for another attempt to go on with; null when nobody kept it.</summary>
    public abstract ClientMessage? TakeMessage();

    /// <summary>The answer is complete and was written.</summary>
    public virtual void Finished()
    {
    }

    /// <inheritdoc/>
    public abstract void Dispose();
}
