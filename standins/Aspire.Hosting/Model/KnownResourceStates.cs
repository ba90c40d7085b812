namespace Aspire.Hosting.ApplicationModel;

// Stands for Aspire.Hosting.ApplicationModel.KnownResourceStates: the states that this stand-in uses.

/// <summary>The states of a resource.</summary>
public static class KnownResourceStates
{
    /// <summary>Nothing happened yet.</summary>
    public static readonly string NotStarted = "NotStarted";

    /// <summary>Waits for others.</summary>
    public static readonly string Waiting = "Waiting";

    /// <summary>Its process is being started, or restarted.</summary>
    public static readonly string Starting = "Starting";

    /// <summary>Its process runs.</summary>
    public static readonly string Running = "Running";

    /// <summary>Its process was asked to stop.</summary>
    public static readonly string Stopping = "Stopping";

    /// <summary>Its process ended, because it was asked to or with an error.</summary>
    public static readonly string Exited = "Exited";

    /// <summary>Its process ended by itself.</summary>
    public static readonly string Finished = "Finished";

    /// <summary>Its process could not be started, or ended before it was ready.</summary>
    public static readonly string FailedToStart = "FailedToStart";

    /// <summary>The states in which it runs no more.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}
