namespace Ccr.ProxyService.Tokens;

/// <summary>Where token counts come from now, for the status page.</summary>
internal interface ITokenizerState
{
    /// <summary>"connected", "unreachable" or "in-process".</summary>
    string State { get; }
}
