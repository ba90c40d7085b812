using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Gemini;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.OpenAIResponses;
using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Rules;
using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;
using RouteContext = Ccr.ProxyService.Routing.RouteContext;

namespace Ccr.ProxyService.Endpoints;

/// <summary>
/// POST /v1/route/explain: what would become of a request. The body is the request itself; ?dialect= says what it speaks where its shape does not, ?model= and ?stream=true
/// stand for what Gemini has in the address, ?preset= for a preset. Nothing is sent and nothing is counted as a request.
/// </summary>
internal sealed class ExplainEndpoint(IConfigStore store, RequestRouter router, RuleMatcher matcher, IPriceEstimator prices, TimeProvider time)
{
    // Read by people in a terminal: no \u003C for "<".
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Answers one question.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var id = RequestIds.Of(http);
        var client = ClientDialects.Anthropic;
        ProxyCall? call = null;
        try
        {
            var config = store.Current;
            var body = await RequestBodies.ReadAsync(http.Request, config.MaxBodyBytes, http.RequestAborted).ConfigureAwait(false);
            client = ClientOf(http.Request.Query["dialect"].ToString(), body.Memory.Span);
            call = new ProxyCall(http, client, config, id, time.GetTimestamp(), time.GetUtcNow());
            call.Own(body);
            var peek = Peek(http, client.Dialect);
            call.Peek = peek(call.Body);
            var sizeBefore = call.Body.Length;
            var context = new RouteContext(call) { Peek = peek, Preset = PresetRoute.Of(http) ?? (http.Request.Query["preset"].ToString() is { Length: > 0 } preset ? preset : null) };
            var decision = (await router.RouteAsync(context, http.RequestAborted).ConfigureAwait(false)).Trimmed();

            // For the answer's sake the tokens are counted also where no rule asked.
            var tokens = await matcher.CountAsync(context, enough: 0, http.RequestAborted).ConfigureAwait(false);
            var output = new ArrayBufferWriter<byte>(2048);
            Write(output, context, decision, tokens, call.Body.Length != sizeBefore);
            http.Response.ContentType = "application/json";
            http.Response.ContentLength = output.WrittenCount;
            await http.Response.Body.WriteAsync(output.WrittenMemory, http.RequestAborted).ConfigureAwait(false);
        }
        catch (RequestFormatException e)
        {
            await ErrorAnswers.WriteAsync(http, client, 400, "invalid_request_error", e.Message, e.Path, id, e.Code).ConfigureAwait(false);
        }
        catch (RequestBodyException e)
        {
            await ErrorAnswers.WriteAsync(http, client, e.Status, e.Type, e.Message, null, id).ConfigureAwait(false);
        }
        catch (RoutingException e)
        {
            await ErrorAnswers.WriteAsync(http, client, e.Status, e.Type, e.Message, "model", id).ConfigureAwait(false);
        }
        finally
        {
            call?.ReleaseBody();
        }
    }

    private static Func<ReadOnlyMemory<byte>, RequestPeek> Peek(HttpContext http, Dialect dialect)
    {
        var query = http.Request.Query;
        return dialect switch
        {
            Dialect.OpenAIChat => ChatRequestPeek.Read,
            Dialect.OpenAIResponses => ResponsesRequestPeek.Read,
            Dialect.Gemini => body => GeminiRequestPeek.Read(body, query["model"].ToString(), query["stream"] == "true"),
            _ => AnthropicRequestPeek.Read,
        };
    }

    /// <summary>The dialect that is named, else the one that the body's members are of: only Gemini has contents, only Responses input; messages are taken for Anthropic's.</summary>
    private static ClientDialect ClientOf(string named, ReadOnlySpan<byte> body)
    {
        foreach (var client in (ClientDialect[])[ClientDialects.Anthropic, ClientDialects.Chat, ClientDialects.Responses, ClientDialects.Gemini])
        {
            if (named == DialectWords.Of(client.Dialect))
            {
                return client;
            }
        }

        if (named.Length > 0)
        {
            throw new RequestFormatException("dialect", "dialect must be anthropic, openai-chat, openai-responses or gemini.");
        }

        var reader = new Utf8JsonReader(body);
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("contents"u8))
                {
                    return ClientDialects.Gemini;
                }

                if (reader.ValueTextEquals("input"u8))
                {
                    return ClientDialects.Responses;
                }

                reader.Read();
                reader.Skip();
            }
        }
        catch (JsonException)
        {
            // The peek says what is wrong, with its place.
        }

        return ClientDialects.Anthropic;
    }

    private void Write(ArrayBufferWriter<byte> output, RouteContext context, RouteDecision decision, TokenCount tokens, bool isBodyChanged)
    {
        var call = context.Call;
        using var json = new Utf8JsonWriter(output, Readable);
        json.WriteStartObject();
        json.WriteString("scenario", decision.Scenario);
        json.WriteString("reason", decision.Reason);
        json.WriteString("requested_model", call.RequestedModel);
        json.WriteString("dialect", DialectWords.Of(call.Client.Dialect));
        json.WriteString("application", context.Application);
        json.WriteString("preset", context.Preset);
        json.WriteString("session", context.Session);
        json.WriteNumber("tokens", tokens.Tokens);
        json.WriteString("tokens_source", RequestReport.Word(tokens.Source));
        json.WriteBoolean("body_changed", isBodyChanged);
        json.WriteStartArray("targets");
        for (var i = 0; i < decision.Targets.Count; i++)
        {
            var target = decision.Targets[i];
            json.WriteStartObject();
            json.WriteString("target", target.Name);
            json.WriteString("protocol", DialectWords.Of(target.Provider.Protocol));
            json.WriteString("reason", i == 0 ? decision.Reason : "tried when those before it have failed");
            json.WriteBoolean("asked_for_whole_answer", call.Stream && decision.ForcesWhole(target));
            WriteCost(json, target, tokens.Tokens);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteCost(json, decision.Targets[0], tokens.Tokens);
        json.WriteStartArray("steps");
        foreach (var step in decision.Steps)
        {
            json.WriteStartObject();
            json.WriteString("rule", step.Rule);
            json.WriteBoolean("taken", step.Taken);
            json.WriteString("reason", step.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteCost(Utf8JsonWriter json, RouteTarget target, long tokens)
    {
        if (prices.InputUsd(target, tokens) is { } cost && double.IsFinite(cost))
        {
            json.WriteNumber("estimated_cost_usd", cost);
        }
        else
        {
            json.WriteNull("estimated_cost_usd");
        }
    }
}
