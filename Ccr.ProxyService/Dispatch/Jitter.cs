namespace Ccr.ProxyService.Dispatch;

/// <summary>Where chance comes from, so that a test can take it away.</summary>
internal class Jitter
{
    /// <summary>From 0 up to but not 1.</summary>
    public virtual double Next() => Random.Shared.NextDouble();
}
