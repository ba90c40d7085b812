using System.Diagnostics;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Repair;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dispatch.Answers;
using Ccr.ProxyService.Dispatch.Rescue;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Providers;
using Ccr.ProxyService.Telemetry;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// One call to a provider, in two steps: <see cref="OpenAsync"/> until the answer is worth committing to, which leaves no trace with the client and may run beside
/// another attempt; then <see cref="CarryAsync"/> to its end.
/// </summary>
internal sealed class Attempt : IDisposable
{
    private readonly AttemptParts _parts;
    private readonly ProxyCall _call;
    private readonly TargetPlan _plan;
    private readonly AttemptClock _clock;
    private readonly Continuation? _continuation;
    private readonly bool _asksForStream;
    private readonly RepairPlan? _repair;
    private PooledWriter? _body;
    private SplicedContent? _content;
    private HttpRequestMessage? _request;
    private HttpResponseMessage? _response;
    private AnswerReader? _reader;
    private AnswerCarrier? _carrier;
    private TargetOptions? _options;

    /// <summary>Prepares the call; nothing is sent yet.</summary>
    /// <param name="parts">What all attempts share.</param>
    /// <param name="call">On whose behalf.</param>
    /// <param name="pass">The permission to ask.</param>
    /// <param name="continuation">The message it goes on with; null for an answer from the beginning.</param>
    /// <param name="repair">What is done to the request because the target refused it as it was; null for nothing.</param>
    public Attempt(AttemptParts parts, ProxyCall call, Pass pass, Continuation? continuation = null, RepairPlan? repair = null)
    {
        _repair = repair;
        _parts = parts;
        _call = call;
        _plan = pass.Target.Plan;
        _continuation = continuation;
        Pass = pass;
        _asksForStream = call.Stream && !call.Decision!.ForcesWhole(pass.Target);
        _clock = new AttemptClock(StageLimits.For(call.Config, pass.Target, _asksForStream), parts.Time, call.Http.RequestAborted, parts.Drain.Token);
    }

    /// <summary>The permission it runs under.</summary>
    public Pass Pass { get; }

    /// <summary>True when another attempt came before it: then a request that cannot be said to this target is that target's failure and not the client's.</summary>
    public bool IsLater { get; init; }

    /// <summary>Its span; null where tracing is off or leaves it out.</summary>
    public Activity? Span { get; private set; }

    /// <summary>Since it began.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>From its beginning to the first content; null while none came.</summary>
    public TimeSpan? FirstContent { get; private set; }

    /// <summary>What its translation could not carry over; null for a pass-through.</summary>
    public LossReport? Loss { get; private set; }

    /// <summary>What would cure the refusal it met; null when nothing is known to.</summary>
    public RepairPlan? Repair { get; private set; }

    /// <summary>What was done to its request, in words; null for nothing.</summary>
    public string? Repaired => _repair?.Description;

    /// <summary>What it has used so far.</summary>
    public TokenCounts Counts => _carrier?.Counts ?? default;

    /// <summary>How many calls of the client's tools its answer holds so far.</summary>
    public int ToolCalls => _carrier?.ToolCalls ?? 0;

    /// <summary>Why the model stopped, in Anthropic's word; null while it has not.</summary>
    public string? StopReason => _carrier?.StopReason;

    /// <summary>What the client has got of it, to go on with; null when it was not kept.</summary>
    public ClientMessage? TakeMessage() => _carrier?.TakeMessage();

    /// <summary>Sends the request and reads until the first content, or for a whole answer to its end. Null when there is an answer to carry.</summary>
    public async Task<AttemptOutcome?> OpenAsync()
    {
        Span = AttemptTracing.Begin(_call, _plan.Target, IsLater);
        try
        {
            return await OpenCoreAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            return UpstreamErrors.Outcome(e, _clock, _plan.Target.Provider, committed: false);
        }
        catch (RequestFormatException e) when (IsLater)
        {
            return new(new(ErrorKind.InvalidRequest, 0, e.Message) { Code = Course.Untranslatable }, false);
        }
    }

    /// <summary>Commits to the answer and writes it to the client to its end. A failure on the way is told to nobody yet.</summary>
    public async Task<AttemptOutcome> CarryAsync(ClientStream client, int number)
    {
        var carrier = _carrier!;
        var token = _clock.Token;
        try
        {
            await client.EnterAsync(token).ConfigureAwait(false);
            try
            {
                if (_continuation is null)
                {
                    Commit(client, number);
                }

                await client.FlushAsync(token).ConfigureAwait(false);
            }
            finally
            {
                client.Exit();
            }

            if (!await carrier.PlayAsync(client, _parts.Time, token).ConfigureAwait(false))
            {
                await PumpAsync(client, carrier, token).ConfigureAwait(false);
            }

            if (carrier.Failure is { } failure)
            {
                return new(failure, true);
            }

            carrier.Finished();
            return AttemptOutcome.Complete;
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            if (carrier is VerbatimCarrier { IsWhole: true } && !_clock.IsClientGone)
            {
                // The last event had come; how the connection ended after it does not matter.
                return AttemptOutcome.Complete;
            }

            return UpstreamErrors.Outcome(e, _clock, _plan.Target.Provider, committed: true);
        }
    }

    /// <summary>Ends the client's stream as it should have ended, where only its last event is missing.</summary>
    public async Task<bool> TryConcludeAsync(ClientStream client)
    {
        await client.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (!_carrier!.TryConclude())
            {
                return false;
            }

            await UpstreamErrors.TryFlushAsync(_call.Http).ConfigureAwait(false);
            return true;
        }
        finally
        {
            client.Exit();
        }
    }

    /// <summary>Ends the client's stream with an error event.</summary>
    public async Task SayErrorAsync(ClientStream client, ProviderError error)
    {
        await client.EnterAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            _carrier!.SayError(error);
            await UpstreamErrors.TryFlushAsync(_call.Http).ConfigureAwait(false);
        }
        finally
        {
            client.Exit();
        }
    }

    /// <summary>Ends it in favour of another one.</summary>
    public void GiveUp() => _clock.GiveUp();

    /// <inheritdoc/>
    public void Dispose()
    {
        _carrier?.Dispose();
        _reader?.Dispose();
        _response?.Dispose();
        _request?.Dispose();
        ReleaseBody();
        _clock.Dispose();
        Span?.Dispose();
    }

    private async Task<AttemptOutcome?> OpenCoreAsync()
    {
        var target = _plan.Target;
        var provider = target.Provider;
        var passes = _continuation is null && _repair is null or { CanEdit: true } && _asksForStream == _call.Stream && _plan.PassesThrough(_call);
        var asksForUsage = false;
        CanonicalRequest? request = null;
        _request = passes ? BuildPassThrough(out asksForUsage) : BuildTranslated(out request);
        _content = (SplicedContent)_request.Content!;
        AttemptTracing.SetContext(_request, _call, Span);
        _response = await _parts.Clients.For(_call.Config.ProxyUrl, _call.Config.Timeouts.Connect).SendAsync(_request, _clock.Token).ConfigureAwait(false);
        _clock.Enter(AttemptStage.FirstEvent);
        _parts.Health.Headers(Pass, _response);
        if (!_response.IsSuccessStatusCode)
        {
            var (error, body) = await UpstreamErrors.ReadAsync(_response, provider, Pass.Key, _parts.Time, _clock.Token).ConfigureAwait(false);
            Repair = _repair is null && _continuation is null && !provider.ForwardsClientCredentials ? PlanRepair(error, request) : null;
            return new(error, false, Verbatim: passes ? new((int)_response.StatusCode, AnswerForm.TypeFor(false, _response.Content.Headers.ContentType), body, _response) : null);
        }

        ReleaseBody();
        _reader = new AnswerReader(_response, _clock);
        await _reader.OpenAsync().ConfigureAwait(false);
        _clock.Enter(AttemptStage.FirstContent);

        // A stream where one document was asked for, or the reverse: the client gets the form it asked for.
        _carrier = passes && _reader.IsEventStream == _call.Stream
            ? new VerbatimCarrier(_call, _plan, asksForUsage)
            : new TranslatedCarrier(_call, _plan, request ?? _call.Canonical, Options(), _parts.Memory, !_reader.IsEventStream, _continuation?.Sink);
        return await FillAsync(_carrier).ConfigureAwait(false);
    }

    private async Task<AttemptOutcome?> FillAsync(AnswerCarrier carrier)
    {
        if (!_reader!.IsEventStream)
        {
            carrier.ReadWhole(await _reader.ReadWholeAsync(_call.Config.MaxBodyBytes).ConfigureAwait(false));
        }
        else
        {
            while (!carrier.IsFinished && !(_call.Stream && carrier.HasContent))
            {
                await FeedAsync(carrier).ConfigureAwait(false);
            }
        }

        if (carrier.Failure is { } failure)
        {
            return new(failure, false);
        }

        FirstContent = _clock.Elapsed;
        _clock.Enter(AttemptStage.Flowing);
        return null;
    }

    private async Task PumpAsync(ClientStream client, AnswerCarrier carrier, CancellationToken token)
    {
        while (!carrier.IsFinished)
        {
            var piece = await _reader!.ReadAsync().ConfigureAwait(false);
            await client.EnterAsync(token).ConfigureAwait(false);
            try
            {
                Feed(carrier, piece);
                await client.FlushAsync(token).ConfigureAwait(false);
            }
            finally
            {
                client.Exit();
            }
        }
    }

    private async ValueTask FeedAsync(AnswerCarrier carrier) => Feed(carrier, await _reader!.ReadAsync().ConfigureAwait(false));

    private static void Feed(AnswerCarrier carrier, ReadOnlyMemory<byte> piece)
    {
        if (piece.IsEmpty)
        {
            carrier.Complete();
        }
        else
        {
            carrier.Feed(piece);
        }
    }

    private HttpRequestMessage BuildPassThrough(out bool asksForUsage)
    {
        var call = _call;
        var asks = call.Client.Dialect == Dialect.OpenAIChat && call.Stream && !call.Peek.HasStreamOptions;
        if (_plan.HasExtraBody || _repair is { CanEdit: true })
        {
            _body = EditedBody.Make(call.Body.Span, body =>
            {
                if (body.ContainsKey("model"))
                {
                    body["model"] = _plan.Target.Model;
                }

                _plan.EditBody(body, null, _plan.Options(null));
                asks = asks && body.TryAdd("stream_options", new JsonObject { ["include_usage"] = true });
                _repair?.Edit(body);
            });
        }

        asksForUsage = asks;
        var request = UpstreamRequests.PassThrough(_plan, Pass.Key, call, _body?.Written, asks);
        if (_repair is { DropHeaderValues.Count: > 0 })
        {
            Betas.Drop(request, _repair.DropHeaderValues);
        }

        return request;
    }

    private HttpRequestMessage BuildTranslated(out CanonicalRequest request)
    {
        Loss = new LossReport();
        var asked = _continuation?.Request ?? _call.Canonical;
        asked = _asksForStream == _call.Stream ? asked : asked.Whole();
        Untranslatable.Check(asked, _plan.Target.Provider.Protocol);
        var options = Options();
        asked = _repair?.Apply(asked) ?? asked;
        var edited = request = _plan.Edit(asked, options, Loss);
        _body = new PooledWriter(_call.Body.Length + 1024);
        _plan.Provider.Encode(request, options, _body, Loss);
        if (_plan.EditsBody || _plan.HasExtraBody || _repair is { CanEdit: true })
        {
            using var written = _body;
            _body = EditedBody.Make(written.Written.Span, body =>
            {
                _plan.EditBody(body, edited, options);
                _repair?.Edit(body);
            });
        }

        return UpstreamRequests.Translated(_plan, Pass.Key, _body.Written, _asksForStream);
    }

    private TargetOptions Options()
    {
        if (_options is null)
        {
            _options = _plan.Options(_parts.Memory);
            _repair?.Adjust(_options);
        }

        return _options;
    }

    /// <summary>Looks whether the refusal is one that a change of the request cures. Off the usual path.</summary>
    private RepairPlan? PlanRepair(ProviderError error, CanonicalRequest? sent)
    {
        try
        {
            return RequestRepair.Plan(error, new SentRequest(sent ?? _call.Canonical, Options(), _plan.Target.Provider.Protocol, _body?.Written ?? _call.Body) { Betas = Betas.Of(_call.Http.Request) });
        }
        catch (RequestFormatException)
        {
            // A body that passed through unread and is none of its dialect: the provider says it best.
            return null;
        }
    }

    private void Commit(ClientStream client, int number)
    {
        _call.TimeToFirstContent = _parts.Time.GetElapsedTime(_call.StartTimestamp);
        _call.Loss = Loss;
        if (!client.IsEarly)
        {
            AnswerHeaders.SetAnswer(_call, _plan.Target, number, _response!, _carrier is VerbatimCarrier);
        }

        client.Open(_carrier!.KeepAlive);
        _carrier.Open();
        if (!_call.IsRescued || !_call.Stream)
        {
            _call.ReleaseBody();
        }
    }

    /// <summary>Gives our own body back, unless it is still being sent: an answer may come before the request is through.</summary>
    private void ReleaseBody()
    {
        if (_body is { } body)
        {
            _body = null;
            if (_content is null or { IsIdle: true })
            {
                body.Dispose();
            }
        }
    }
}
