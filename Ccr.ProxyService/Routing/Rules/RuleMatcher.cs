using System.IO.Enumeration;
using System.Text.Json;
using Ccr.Protocols.Json;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing.Rules;

/// <summary>Tells whether a rule's conditions hold. What costs most is asked last.</summary>
internal sealed class RuleMatcher(ITokenCounter counter, TokenDrift drift)
{
    /// <summary>The number of the first condition that does not hold; -1 when all do.</summary>
    public async ValueTask<int> FirstMissAsync(RouteRule rule, RouteContext context, RouteTable table, CancellationToken cancellationToken)
    {
        var call = context.Call;
        var headers = call.Http.Request.Headers;
        if (!Any(rule.Models, call.RequestedModel))
        {
            return 0;
        }

        foreach (var (name, patterns) in rule.Headers)
        {
            if (!headers.TryGetValue(name, out var value) || !Any(patterns, value.ToString()))
            {
                return 1;
            }
        }

        if (rule.UserAgents.Length > 0 && !Any(rule.UserAgents, headers.UserAgent.ToString()))
        {
            return 2;
        }

        if (rule.Clients.Length > 0 && Array.IndexOf(rule.Clients, context.Application) < 0)
        {
            return 3;
        }

        if (rule.Dialects.Length > 0 && Array.IndexOf(rule.Dialects, call.Client.Dialect) < 0)
        {
            return 4;
        }

        if (rule.HasImage is { } image && image != call.Peek.HasImage)
        {
            return 5;
        }

        if (rule.Scenarios.Length > 0 && Array.IndexOf(rule.Scenarios, await KindAsync(context, table, cancellationToken).ConfigureAwait(false)) < 0)
        {
            return 6;
        }

        if (rule.Tools.Length > 0 && !HasTool(call.Body.Span, rule.Tools))
        {
            return 7;
        }

        if (rule.Texts.Length > 0 && !HasText(call.Body.Span, rule.Texts))
        {
            return 8;
        }

        return await FitsAsync(rule, context, cancellationToken).ConfigureAwait(false) ? -1 : 9;
    }

    /// <summary>
    /// The count of a request's tokens by the encoding and the factor of the routes in force, asked for at most once, and not at all where the size in bytes says enough.
    /// </summary>
    public async ValueTask<TokenCount> CountAsync(RouteContext context, long enough, CancellationToken cancellationToken)
    {
        if (context.Tokens is { } known && (known.Source != TokenCountSource.Size || known.Tokens <= enough))
        {
            return known;
        }

        // A token is at least one byte, and a byte is no more than the factor.
        var body = context.Call.Body;
        var tokenizer = context.Tokenizer;
        var factor = drift.Factor(tokenizer).Factor;
        var most = (long)Math.Ceiling(body.Length * Math.Max(1, factor));
        var count = most <= enough
            ? new TokenCount(most, TokenCountSource.Size)
            : (await counter.CountAsync(body, tokenizer.Encoding, cancellationToken).ConfigureAwait(false)).Times(factor);
        context.Tokens = count;
        return count;
    }

    private async ValueTask<bool> FitsAsync(RouteRule rule, RouteContext context, CancellationToken cancellationToken) =>
        (rule.TokensOver is not { } over || (await CountAsync(context, over, cancellationToken).ConfigureAwait(false)).Tokens > over)
        && (rule.TokensUnder is not { } under || (await CountAsync(context, under - 1, cancellationToken).ConfigureAwait(false)).Tokens < under);

    /// <summary>What kind of request it is, whether or not that kind has a route.</summary>
    private async ValueTask<string> KindAsync(RouteContext context, RouteTable table, CancellationToken cancellationToken)
    {
        var threshold = table.Config.Router.LongContextThreshold;
        if ((await CountAsync(context, threshold, cancellationToken).ConfigureAwait(false)).Tokens > threshold)
        {
            return Scenario.LongContext;
        }

        var peek = context.Call.Peek;
        return ScenarioRules.IsBackground(context.Call) is not null ? Scenario.Background
            : peek.HasWebSearch ? Scenario.WebSearch
            : peek.HasImage ? Scenario.Image
            : ScenarioRules.Thinks(peek) ? Scenario.Think
            : Scenario.Default;
    }

    private static bool Any(string[] patterns, string text)
    {
        foreach (var pattern in patterns)
        {
            if (Matches(pattern, text))
            {
                return true;
            }
        }

        return patterns.Length == 0;
    }

    // "*" stands for anything, "?" for one character; case does not count.
    private static bool Matches(string pattern, ReadOnlySpan<char> text) => FileSystemName.MatchesSimpleExpression(pattern, text);

    private static bool HasText(ReadOnlySpan<byte> body, string[] patterns)
    {
        var places = TextPlaces.Of(body);
        var newest = places.Count == 0 ? -1 : places.Max(static p => p.UserMessage);
        foreach (var place in places)
        {
            if (newest >= 0 && place.UserMessage == newest && Any(patterns, EscapedText.Unescape(body.Slice(place.Start, place.Length))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a tool of that name is declared: name of a tool, of its function, or of Gemini's function declarations.</summary>
    private static bool HasTool(ReadOnlySpan<byte> body, string[] patterns)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 1000 });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isTools = reader.ValueTextEquals("tools"u8);
            reader.Read();
            if (isTools && Named(ref reader, patterns))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static bool Named(ref Utf8JsonReader reader, string[] patterns)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                if (Named(ref reader, patterns))
                {
                    return true;
                }
            }
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isName = reader.ValueTextEquals("name"u8);
                var isDeeper = reader.ValueTextEquals("function"u8) || reader.ValueTextEquals("functionDeclarations"u8) || reader.ValueTextEquals("function_declarations"u8);
                reader.Read();
                if ((isName && reader.TokenType == JsonTokenType.String && Any(patterns, EscapedText.Unescape(reader.ValueSpan))) || (isDeeper && Named(ref reader, patterns)))
                {
                    return true;
                }

                reader.Skip();
            }
        }

        return false;
    }
}
