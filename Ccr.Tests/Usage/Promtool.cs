using System.Diagnostics;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Usage;

/// <summary>Prometheus' own tool.</summary>
internal static class Promtool
{
    /// <summary>Runs it; returns its exit code and everything it said.</summary>
    public static async Task<(int Code, string Said)> RunAsync(string[] arguments, string input)
    {
        var start = new ProcessStartInfo(Part.Program("promtool")!, arguments) { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true };
        using var promtool = Process.Start(start)!;
        var errors = promtool.StandardError.ReadToEndAsync();
        var output = promtool.StandardOutput.ReadToEndAsync();
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await errors + await output);
    }
}
