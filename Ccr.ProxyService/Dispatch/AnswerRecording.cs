using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// A whole answer on its way to a client that asked for a stream: recorded, then played in pieces with short pauses, as a model would write it, and not as one lump
/// that is only called a stream.
/// </summary>
internal sealed class AnswerRecording : IMessageSink
{
    private const int PieceBytes = 96;

    // A person sees words come; an agent waits a quarter of a second at most.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LongestPlay = TimeSpan.FromMilliseconds(250);

    private readonly List<Action<IMessageSink>> _calls = [];

    /// <summary>The failure that was recorded, if there was one.</summary>
    public ProviderError? Failure { get; private set; }

    /// <summary>True when there is an answer to play.</summary>
    public bool HasContent => Failure is null && _calls.Count > 0;

    /// <summary>Plays the answer.</summary>
    /// <param name="sink">Where to.</param>
    /// <param name="client">Who sees it.</param>
    /// <param name="time">The clock of the pauses.</param>
    /// <param name="cancellationToken">Ends the play.</param>
    public async Task PlayAsync(IMessageSink sink, ClientStream client, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        foreach (var call in _calls)
        {
            await client.EnterAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                call(sink);
                await client.FlushAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                client.Exit();
            }

            if (time.GetElapsedTime(started) < LongestPlay)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Start(ReadOnlySpan<byte> providerId)
    {
        var id = providerId.ToArray();
        _calls.Add(sink => sink.Start(id));
    }

    /// <inheritdoc/>
    public void BeginText() => _calls.Add(static sink => sink.BeginText());

    /// <inheritdoc/>
    public void Text(ReadOnlySpan<byte> escaped) => Pieces(escaped, static (sink, piece) => sink.Text(piece));

    /// <inheritdoc/>
    public void Citation(in Citation citation)
    {
        var (url, title, text) = (citation.Url.ToArray(), citation.Title.ToArray(), citation.CitedText.ToArray());
        _calls.Add(sink => sink.Citation(new() { Url = url, Title = title, CitedText = text }));
    }

    /// <inheritdoc/>
    public void BeginThinking() => _calls.Add(static sink => sink.BeginThinking());

    /// <inheritdoc/>
    public void Thinking(ReadOnlySpan<byte> escaped) => Pieces(escaped, static (sink, piece) => sink.Thinking(piece));

    /// <inheritdoc/>
    public void Signature(ReadOnlySpan<byte> escaped)
    {
        var signature = escaped.ToArray();
        _calls.Add(sink => sink.Signature(signature));
    }

    /// <inheritdoc/>
    public void RedactedThinking(ReadOnlySpan<byte> escapedData)
    {
        var data = escapedData.ToArray();
        _calls.Add(sink => sink.RedactedThinking(data));
    }

    /// <inheritdoc/>
    public void BeginToolUse(ReadOnlySpan<byte> id, ReadOnlySpan<byte> escapedName)
    {
        var (call, name) = (id.ToArray(), escapedName.ToArray());
        _calls.Add(sink => sink.BeginToolUse(call, name));
    }

    /// <inheritdoc/>
    public void ToolInput(ReadOnlySpan<byte> escaped) => Pieces(escaped, static (sink, piece) => sink.ToolInput(piece));

    /// <inheritdoc/>
    public void ServerTool(in ServerToolUse use)
    {
        var (kind, id, query, sources) = (use.Kind, use.Id.ToArray(), use.EscapedQuery.ToArray(), use.SourcesJson.ToArray());
        _calls.Add(sink => sink.ServerTool(new() { Kind = kind, Id = id, EscapedQuery = query, SourcesJson = sources }));
    }

    /// <inheritdoc/>
    public void EndBlock() => _calls.Add(static sink => sink.EndBlock());

    /// <inheritdoc/>
    public void Usage(in TokenCounts counts)
    {
        var copy = counts;
        _calls.Add(sink => sink.Usage(copy));
    }

    /// <inheritdoc/>
    public void End(StopReason reason, ReadOnlySpan<byte> escapedStopSequence)
    {
        var sequence = escapedStopSequence.ToArray();
        _calls.Add(sink => sink.End(reason, sequence));
    }

    /// <inheritdoc/>
    public void Error(ProviderError error) => Failure = error;

    /// <inheritdoc/>
    public void Alive()
    {
    }

    private void Pieces(ReadOnlySpan<byte> escaped, Action<IMessageSink, byte[]> say)
    {
        while (!escaped.IsEmpty)
        {
            var length = EscapedPieces.Length(escaped, PieceBytes);
            var piece = escaped[..length].ToArray();
            _calls.Add(sink => say(sink, piece));
            escaped = escaped[length..];
        }
    }
}
