namespace Ccr.ProxyService.Dispatch;

/// <summary>Where an attempt stands.</summary>
internal enum AttemptStage
{
    /// <summary>The request is on its way; no response headers yet.</summary>
    Headers,

    /// <summary>The headers came; no byte of the body yet.</summary>
    FirstEvent,

    /// <summary>Bytes come, but no content.</summary>
    FirstContent,

    /// <summary>Content flows.</summary>
    Flowing,
}
