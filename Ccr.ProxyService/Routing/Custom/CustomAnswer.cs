namespace Ccr.ProxyService.Routing.Custom;

/// <summary>What a custom router said.</summary>
/// <param name="Route">The route it chose; null when it left the choice to the other rules, or failed.</param>
/// <param name="Fault">Why it could not be asked or gave no usable answer; null when it did.</param>
internal readonly record struct CustomAnswer(string? Route, string? Fault);
