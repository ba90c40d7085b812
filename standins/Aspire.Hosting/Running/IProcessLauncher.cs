namespace Aspire.Hosting.Running;

/// <summary>Starts processes.</summary>
internal interface IProcessLauncher
{
    /// <summary>Starts a process; <paramref name="onLine"/> gets each line of its output and error output.</summary>
    /// <exception cref="DistributedApplicationException">It cannot be started.</exception>
    IChildProcess Start(ChildSpec spec, Action<string> onLine);
}

/// <summary>A process that was started.</summary>
internal interface IChildProcess : IAsyncDisposable
{
    /// <summary>Ends with the exit code, when the process has ended and its last lines are read.</summary>
    Task<int> Exited { get; }

    /// <summary>Asks the process to stop (SIGTERM).</summary>
    void RequestStop();

    /// <summary>Ends the process and its descendants at once.</summary>
    void Kill();
}
