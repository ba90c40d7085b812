namespace Aspire.Hosting.Running;

/// <summary>Exit codes in words.</summary>
internal static class ExitCode
{
    private const int Signalled = 128;

    /// <summary>A process that a signal ended has exit code 128 plus the number of the signal.</summary>
    public static string Describe(int code) => (code - Signalled) switch
    {
        2 => "ended by SIGINT",
        6 => "ended by SIGABRT: an unhandled exception, or out of memory",
        9 => "ended by SIGKILL: by hand, or by the system for want of memory",
        11 => "ended by SIGSEGV",
        15 => "ended by SIGTERM",
        _ => $"exit code {code}",
    };
}
