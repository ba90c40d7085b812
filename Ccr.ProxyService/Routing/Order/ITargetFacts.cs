namespace Ccr.ProxyService.Routing.Order;

/// <summary>Tells what is known of targets; asked several times for every request, so it neither waits nor allocates.</summary>
internal interface ITargetFacts
{
    /// <summary>What is known of the target of that name.</summary>
    TargetFacts Of(string target);
}
