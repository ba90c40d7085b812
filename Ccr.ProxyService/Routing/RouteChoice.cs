using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing;

/// <summary>A target that something named outright, with what is tried after it.</summary>
/// <param name="Target">The target.</param>
/// <param name="Targets">It, then what the default falls back to.</param>
/// <param name="Step">The step of a client's own choice.</param>
internal sealed record RouteChoice(RouteTarget Target, RouteTarget[] Targets, RouteStep Step);
