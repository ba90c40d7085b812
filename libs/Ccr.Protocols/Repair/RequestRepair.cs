using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Protocols.Errors;

namespace Ccr.Protocols.Repair;

/// <summary>
/// Finds out of a provider's refusal what change of the request would cure it (rectify and retry once). Off the usual path: a request comes here only
/// after it failed.
/// </summary>
public static class RequestRepair
{
    private static readonly Func<ErrorText, SentRequest, RepairPlan?>[] Finders =
    [
        // From the particular to the general: a budget is no plain field, a mark of the cache none either.
        BetaRepair.Find,
        CacheRepair.Find,
        ThinkingRepair.Find,
        BudgetRepair.Find,
        EffortRepair.Find,
        ToolResultRepair.Find,
        ToolIdRepair.Find,
        TurnRepair.Find,
        MediaRepair.Find,
        SchemaRepair.Find,
        LimitRepair.Find,
        ParameterRepair.Find,
    ];

    /// <summary>The change that would cure the error; null when none is known, or when the request has nothing that it could change.</summary>
    public static RepairPlan? Plan(ProviderError error, SentRequest sent)
    {
        // Some servers answer 404 (OpenRouter's modalities) or 500 (chat templates of local servers) where others say 400.
        if (error.Kind is not (ErrorKind.InvalidRequest or ErrorKind.ContextTooLong or ErrorKind.NotFound or ErrorKind.Server))
        {
            return null;
        }

        var text = new ErrorText(error);
        foreach (var find in Finders)
        {
            if (find(text, sent) is { } plan && Changes(plan, sent))
            {
                return plan;
            }
        }

        return null;
    }

    /// <summary>Whether a second call would differ from the first.</summary>
    private static bool Changes(RepairPlan plan, SentRequest sent)
    {
        foreach (var beta in plan.DropHeaderValues)
        {
            if (beta == "*" ? sent.Betas.Count > 0 : sent.Betas.Contains(beta))
            {
                return true;
            }
        }

        if (!plan.CanEdit)
        {
            return (plan.IsReencoding && sent.IsSameDialect) || plan.Change?.Invoke(sent.Request.Copy()) == true;
        }

        try
        {
            if (JsonNode.Parse(sent.Body.Span, null, new JsonDocumentOptions { MaxDepth = 256 }) is not JsonObject body)
            {
                return false;
            }

            var before = body.DeepClone();
            plan.Edit(body);
            return !JsonNode.DeepEquals(before, body);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // A body with a field twice, or with text that is none: nothing here can change it safely.
            return false;
        }
    }
}
