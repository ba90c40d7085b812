namespace Ccr.Dashboard.Web.Sources;

/// <summary>Whether a source can be read.</summary>
internal enum SourceState
{
    /// <summary>Nothing was heard yet, good or bad.</summary>
    Waiting,

    /// <summary>This installation has no such source.</summary>
    NotConfigured,

    /// <summary>The last look succeeded.</summary>
    Reachable,

    /// <summary>The last look failed.</summary>
    Unreachable,
}
