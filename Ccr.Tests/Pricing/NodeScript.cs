using System.Diagnostics;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Pricing;

/// <summary>Runs a script of the repository with node.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>What the script wrote; the test fails with its complaint when it did not end well.</summary>
    public static async Task<string> RunAsync(string script, string[] arguments, string input = "")
    {
        using var node = Process.Start(new ProcessStartInfo(Part.Program("node")!, [Path.Combine(Part.Repository, script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        var errors = node.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Limit);
        try
        {
            await node.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
            node.StandardInput.Close();
            await node.WaitForExitAsync(limit.Token);
        }
        finally
        {
            node.Kill(entireProcessTree: true);
        }

        Assert.True(node.ExitCode == 0, await errors);
        return await output;
    }
}
