using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Health;
using Ccr.ProxyService.Providers;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// Asks the provider of a target, or the counting service that is configured for it, for the tokens of a request. Gives up after
/// <see cref="TokenLimits.Provider"/>; null leaves the count to the router. What went wrong never reaches the client and the key never a log.
/// </summary>
internal sealed partial class ProviderTokenCounter(UpstreamClients clients, TargetHealth health, ReasoningMemory memory, TimeProvider time, ILogger<ProviderTokenCounter> log)
{
    /// <summary>More than any count's answer has.</summary>
    private const int LongestAnswer = 64 * 1024;

    private readonly ConcurrentDictionary<string, CountGate> _gates = new(StringComparer.Ordinal);

    /// <summary>How long one call may take.</summary>
    public TimeSpan Limit { get; set; } = TokenLimits.Provider;

    /// <summary>The provider's own count; null when it has no such call, is not to be asked, or does not answer.</summary>
    public ValueTask<long?> AskProviderAsync(ProxyCall call, RouteTarget target, CancellationToken cancellationToken) =>
        target.Provider.CountTokens == CountTokensBy.Provider && CountQuestion.ToProvider(target) is { } question
            ? AskAsync(call, target, question, null, cancellationToken)
            : default;

    /// <summary>The configured service's count; null when there is none or it does not answer.</summary>
    public ValueTask<long?> AskServiceAsync(ProxyCall call, RouteTarget target, CancellationToken cancellationToken) =>
        target.Tokenizer.Choice?.Api is { } api ? AskAsync(call, target, CountQuestion.ToService(api), api, cancellationToken) : default;

    private async ValueTask<long?> AskAsync(ProxyCall call, RouteTarget target, CountQuestion question, TokenizerApi? api, CancellationToken cancellationToken)
    {
        // The configuration names the addresses, so there are never many. A query may hold a key.
        var gate = _gates.GetOrAdd(question.Address.GetLeftPart(UriPartial.Path), static (_, clock) => new CountGate(clock), time);
        if (!gate.TryEnter())
        {
            return null;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var body = new PooledWriter(call.Body.Length + 1024);
        try
        {
            Write(call, target, question, body);
            using var message = Message(call, target, question, api, body);
            using var response = await clients.For(call.Config.ProxyUrl, call.Config.Timeouts.Connect).SendAsync(message, stop.Token).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                var content = await response.Content.ReadAsStreamAsync(stop.Token).ConfigureAwait(false);
                if (await ReadAsync(content, question.Answer, stop.Token).ConfigureAwait(false) is { } tokens)
                {
                    return tokens;
                }

                Fail(gate, target, "its answer holds no count", TokenLimits.ProviderAbsence);
                return null;
            }

            // What is wrong with the request is no reason to ask less.
            if (response.StatusCode is not (HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity))
            {
                var isAbsent = response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented;
                Fail(gate, target, string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)response.StatusCode}"), isAbsent ? TokenLimits.ProviderAbsence : TokenLimits.ProviderPause);
            }
        }
        catch (Exception e) when (e is JsonException or RequestFormatException)
        {
            // The request cannot be told to this provider.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Fail(gate, target, "no answer in time", TokenLimits.ProviderPause);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            Fail(gate, target, "no connection", TokenLimits.ProviderPause);
        }
        finally
        {
            gate.Leave();
        }

        return null;
    }

    private void Write(ProxyCall call, RouteTarget target, CountQuestion question, PooledWriter body)
    {
        if (question.Dialect is not { } dialect || dialect == call.Client.Dialect)
        {
            CountBody.Write(call.Body.Span, question, target.Model, body);
            return;
        }

        Untranslatable.Check(call.Canonical, dialect);
        var loss = new LossReport();
        var options = target.Plan.Options(memory);
        using var translated = new PooledWriter(call.Body.Length + 1024);
        ProviderDialect.Of(dialect).Encode(target.Plan.Edit(call.Canonical, options, loss), options, translated, loss);
        CountBody.Write(translated.Written.Span, question, target.Model, body);
    }

    private HttpRequestMessage Message(ProxyCall call, RouteTarget target, CountQuestion question, TokenizerApi? api, PooledWriter body)
    {
        if (api is null)
        {
            var message = UpstreamRequests.Translated(target.Plan, health.RestedKey(target), body.Written, stream: false);
            message.RequestUri = question.Address;
            if (question.Dialect == call.Client.Dialect && call.Http.Request.Headers["anthropic-beta"] is [{ Length: > 0 }, ..] betas && !message.Headers.Contains("anthropic-beta"))
            {
                message.Headers.TryAddWithoutValidation("anthropic-beta", (IEnumerable<string?>)betas);
            }

            return message;
        }

        var request = new HttpRequestMessage(HttpMethod.Post, question.Address) { Content = new SplicedContent(body.Written) };
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "ccr");
        if (api.ApiKey is { } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        foreach (var (name, value) in api.Headers)
        {
            request.Headers.Remove(name);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }

    /// <summary>The number at the end of the way; null when there is none.</summary>
    private static async ValueTask<long?> ReadAsync(Stream content, IReadOnlyList<string> way, CancellationToken cancellationToken)
    {
        var answer = new byte[LongestAnswer];
        var length = await content.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(answer.AsMemory(0, length));
            var value = document.RootElement;
            foreach (var step in way)
            {
                if (value.ValueKind == JsonValueKind.Array && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < value.GetArrayLength())
                {
                    value = value[index];
                }
                else if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(step, out value))
                {
                    return null;
                }
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var tokens) && tokens >= 0 ? tokens : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Fail(CountGate gate, RouteTarget target, string reason, TimeSpan pause)
    {
        gate.Close(pause);
        LogFailed(log, target.Name, reason, pause.TotalSeconds);
    }

    [LoggerMessage(EventId = 6003, Level = LogLevel.Information, Message = "{Target}: its tokens are counted here for the next {Seconds} s, because the provider was asked and: {Reason}")]
    private static partial void LogFailed(ILogger log, string target, string reason, double seconds);
}
