using Ccr.Protocols.Requests;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Tokens;

namespace Ccr.ProxyService.Routing;

/// <summary>
/// Picks the targets of a request. First match wins: the client's own "provider,model"; long context; background; web search; image; think; default.
/// Rules whose route is not configured are passed over.
/// </summary>
internal sealed class RequestRouter(IConfigStore store, ITokenCounter counter, TokenDrift drift)
{
    private RouteTable? _table;

    /// <summary>The lists of the configuration in force.</summary>
    public RouteTable Table
    {
        get
        {
            var config = store.Current;
            var table = _table;
            if (table is null || !ReferenceEquals(table.Config, config))
            {
                _table = table = new RouteTable(config);
            }

            return table;
        }
    }

    /// <summary>Decides for one request; asks the token counter only when the size of the body leaves the long-context rule open.</summary>
    /// <exception cref="RoutingException">Nothing configured can take it.</exception>
    public async ValueTask<RouteDecision> RouteAsync(RouteTable table, string model, RequestPeek peek, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var config = table.Config;
        if (!config.Providers.Any(static p => p.DisabledReason is null))
        {
            throw new RoutingException(400, "invalid_request_error", config.Providers.Count == 0
                ? $"No provider is configured: add one under Providers in {config.Source}."
                : $"No provider is usable: {config.Providers[0].Name} is disabled ({config.Providers[0].DisabledReason}); mend it in {config.Source}.");
        }

        if (model.Contains(',', StringComparison.Ordinal))
        {
            return Direct(table, model);
        }

        TokenCount? tokens = null;
        if (table.For(Scenario.LongContext) is { } longContext)
        {
            var threshold = config.Router.LongContextThreshold;

            var tokenizer = table.Tokenizer;
            var factor = drift.Factor(tokenizer).Factor;

            // A token is at least one byte: a body of no more bytes than the threshold cannot be long.
            tokens = body.Length * Math.Max(1, factor) <= threshold
                ? new TokenCount(body.Length, TokenCountSource.Size)
                : (await counter.CountAsync(body, tokenizer.Encoding, cancellationToken).ConfigureAwait(false)).Times(factor);
            if (tokens.Value.Tokens > threshold)
            {
                return new(Scenario.LongContext, $"{tokens.Value.Tokens} tokens ({tokens.Value.Source}) are more than longContextThreshold {threshold}", longContext, tokens);
            }
        }

        if (table.For(Scenario.Background) is { } background && Has(model, "claude") && Has(model, "haiku"))
        {
            return new(Scenario.Background, $"the model {model} is a small one (claude and haiku in its name)", background, tokens);
        }

        if (peek.HasWebSearch && table.For(Scenario.WebSearch) is { } webSearch)
        {
            return new(Scenario.WebSearch, "a web_search tool is declared", webSearch, tokens);
        }

        if (peek.HasImage && table.For(Scenario.Image) is { } image)
        {
            return new(Scenario.Image, "the newest message holds an image", image, tokens);
        }

        if (peek.Thinking is ThinkingMode.Enabled or ThinkingMode.Adaptive && table.For(Scenario.Think) is { } think)
        {
            return new(Scenario.Think, peek.Thinking == ThinkingMode.Enabled ? "thinking is enabled" : "thinking is adaptive", think, tokens);
        }

        if (table.For(Scenario.Default) is { } fallback)
        {
            return new(Scenario.Default, "no other rule applies", fallback, tokens);
        }

        throw new RoutingException(400, "invalid_request_error", $"No route takes this request: set Router.default to \"provider,model\" in {config.Source}.");
    }

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static RouteDecision Direct(RouteTable table, string model)
    {
        var config = table.Config;
        var comma = model.IndexOf(',', StringComparison.Ordinal);
        var providerName = model.AsSpan(0, comma).Trim();
        var modelName = model.AsSpan(comma + 1).Trim();
        if (config.FindProvider(providerName) is not { } provider)
        {
            var disabled = config.Providers.FirstOrDefault(p => model.AsSpan(0, comma).Trim().Equals(p.Name, StringComparison.OrdinalIgnoreCase));
            throw new RoutingException(404, "not_found_error", disabled is not null
                ? $"model: provider '{disabled.Name}' is disabled: {disabled.DisabledReason}"
                : $"model: there is no provider '{providerName}'; configured are {string.Join(", ", config.Providers.Select(p => p.Name))}.");
        }

        if (modelName.IsEmpty)
        {
            throw new RoutingException(400, "invalid_request_error", $"model: '{model}' names no model after the comma; {provider.Name} offers {string.Join(", ", provider.Models)}.");
        }

        // A model that is not in the list is sent as it stands: lists in configurations are seldom complete.
        var target = new RouteTarget(provider, provider.FindModel(modelName) ?? modelName.ToString());
        return new(Scenario.Direct, $"the client asked for {target.Name}", table.ForDirect(target), null);
    }
}
