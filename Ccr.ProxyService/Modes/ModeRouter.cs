using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Routing;
using RouteContext = Ccr.ProxyService.Routing.RouteContext;

namespace Ccr.ProxyService.Modes;

/// <summary>The mode's word on where a request goes, which comes before every rule.</summary>
internal sealed class ModeRouter(ModeState modes)
{
    /// <summary>The only target of a request in the mode in force; null where the rules decide.</summary>
    /// <exception cref="RoutingException">The mode does not take this request.</exception>
    public (RouteTarget Target, RouteStep Step)? Choose(RouteContext context, RouteTable table)
    {
        var config = context.Call.Config;
        var mode = modes.Of(config);
        if (mode == RouterMode.Route)
        {
            return null;
        }

        if (modes.Fault(mode, config) is { } fault)
        {
            throw new RoutingException(fault.Status, fault.Status == 403 ? "permission_error" : "invalid_request_error", fault.Message);
        }

        return mode switch
        {
            RouterMode.Target => ToTarget(context, table, modes.Target(config)!),
            RouterMode.AnthropicOnly => ToAnthropic(context, "mode:anthropic-only", "the mode is anthropic-only"),

            // As the ancestor of this mode had it: nothing is configured but the target, and the client's own account answers.
            _ => table.For(Scenario.Default) is null && context.Call.Client.Dialect == Dialect.Anthropic && modes.MayForward(config)
                ? ToAnthropic(context, "mode:compare", "the mode is compare and no Router.default is set")
                : null,
        };
    }

    private static (RouteTarget, RouteStep) ToTarget(RouteContext context, RouteTable table, RouteTarget target)
    {
        var parameters = context.Call.Config.Mode.Parameters;
        if (parameters.Count > 0 && BodyEdits.Set(context.Call.Body.Span, context.Call.Client.Dialect, parameters, replaces: false) is { } body)
        {
            context.Replace(body);
        }

        // Marks for a router are cut out whatever decides.
        SubagentTag.Take(context, table, out _);
        return (target, new("mode:target", true, $"the mode is target: everything goes to {target.Name}"));
    }

    private static (RouteTarget, RouteStep) ToAnthropic(RouteContext context, string rule, string reason)
    {
        var call = context.Call;
        if (call.Client.Dialect != Dialect.Anthropic)
        {
            throw new RoutingException(400, "invalid_request_error", "Mode anthropic-only takes clients of Anthropic Messages only; set another mode over PUT /api/mode.");
        }

        if (!ClientCredentials.Has(call.Http.Request.Headers, call.Config.ApiKey))
        {
            throw new RoutingException(401, "authentication_error", call.Config.ApiKey is null
                ? "Anthropic is called with your own credentials in this mode, and the request has none: send x-api-key or Authorization."
                : "Anthropic is called with your own credentials in this mode, and the router's APIKEY is not sent to it: send the APIKEY as x-api-key and your Anthropic token as Authorization: Bearer.");
        }

        return (new RouteTarget(call.Config.Mode.Passthrough, call.RequestedModel) { IsUnlisted = !ModelNames.IsClaudeName(call.RequestedModel) }, new(rule, true, $"{reason}: Anthropic answers with the client's own credentials"));
    }
}
