using System.Text.RegularExpressions;
using Ccr.Protocols.Canonical;

namespace Ccr.Protocols.Repair;

/// <summary>Names in the anthropic-beta header that a server does not know, and the fields that they stand for.</summary>
internal static partial class BetaRepair
{
    // The name's beginning and the fields that only it makes legal. Betas without a line have none.
    private static readonly (string Beta, string[] Fields)[] Carried =
    [
        ("context-management-", ["context_management"]),
        ("compact-", ["compaction"]),
        ("effort-", ["output_config.effort"]),
        ("structured-outputs-", ["output_config.format", "output_format", "tools.0.strict"]),
        ("task-budgets-", ["output_config.task_budget"]),
        ("mcp-client-", ["mcp_servers"]),
        ("fine-grained-tool-streaming-", ["tools.0.eager_input_streaming"]),
        ("advanced-tool-use-", ["tools.0.defer_loading", "tools.0.allowed_callers", "tools.0.input_examples"]),
        ("tool-examples-", ["tools.0.input_examples"]),
        ("tool-search-tool-", ["tools.0.defer_loading"]),
        ("prompt-caching-scope-", ["tools.0.cache_control.scope", "system.0.cache_control.scope", "messages.0.content.0.cache_control.scope"]),
        ("extended-cache-ttl-", ["tools.0.cache_control.ttl", "system.0.cache_control.ttl", "messages.0.content.0.cache_control.ttl"]),
        ("fast-mode-", ["speed"]),
        ("skills-", ["container"]),
        ("thinking-display-", ["thinking.display"]),
    ];

    /// <summary>The repair; null when the words are about something else.</summary>
    public static RepairPlan? Find(ErrorText text, SentRequest sent)
    {
        if (sent.Target != Dialect.Anthropic || !text.HasAny("anthropic-beta", "invalid beta flag", "anthropic_beta", "beta header"))
        {
            return null;
        }

        List<string> names = [.. Beta().Matches(text.Message).Select(match => match.Value).Distinct()];
        var all = names.Count == 0;
        if (!all && names.RemoveAll(name => !sent.Betas.Contains(name)) > 0 && names.Count == 0)
        {
            // Not ours: something between the router and the server adds them.
            return null;
        }

        var fields = Carried.Where(row => all ? sent.Betas.Any(beta => beta.StartsWith(row.Beta, StringComparison.Ordinal)) : names.Exists(name => name.StartsWith(row.Beta, StringComparison.Ordinal)))
            .SelectMany(row => row.Fields).Select(BodyPath.Parse).ToArray();
        return new(RepairKind.BetaHeader, all ? "The server does not know all betas of the header and names none; the header is left out." : $"The server does not know {string.Join(", ", names)}; taken out of the header, with the fields it stands for.")
        {
            DropHeaderValues = all ? ["*"] : names,
            BodyEdit = body =>
            {
                foreach (var field in fields)
                {
                    BodyPath.Remove(body, field);
                }
            },
        };
    }

    [GeneratedRegex("[a-z][a-z0-9-]{2,60}-20[0-9]{2}-[0-9]{2}-[0-9]{2}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Beta();
}
