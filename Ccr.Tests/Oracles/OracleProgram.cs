using System.Diagnostics;
using System.Text.Json;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Oracles;

/// <summary>Runs oracle.mjs: one process for many questions.</summary>
internal static class OracleProgram
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    /// <summary>The SDKs and the dialect that each speaks as a client.</summary>
    public static IReadOnlyDictionary<string, string> Sdks { get; } = new Dictionary<string, string>
    {
        ["anthropic"] = "anthropic",
        ["openai-chat"] = "openai",
        ["openai-responses"] = "openai-responses",
        ["gemini"] = "gemini",
        ["ai-anthropic"] = "anthropic",
        ["ai-openai"] = "openai-responses",
        ["ai-compatible"] = "openai",
        ["ai-google"] = "gemini",
    };

    /// <summary>Asks everything; the answers are in the order of the questions.</summary>
    public static async Task<IReadOnlyList<OracleAnswer>> AskAsync(IReadOnlyList<OracleQuestion> questions)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, JsonSerializer.Serialize(questions, JsonSerializerOptions.Web));
            using var node = Process.Start(new ProcessStartInfo(Part.Program("node")!, [Path.Combine(Part.Repository, "Ccr.Tests", "Oracles", "oracle.mjs"), "--batch", file])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var output = node.StandardOutput.ReadToEndAsync();
            var errors = node.StandardError.ReadToEndAsync();
            using var limit = new CancellationTokenSource(Limit);
            try
            {
                await node.WaitForExitAsync(limit.Token);
            }
            finally
            {
                node.Kill(entireProcessTree: true);
            }

            Assert.True(node.ExitCode == 0, await errors);
            return [.. (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<OracleAnswer>(line, JsonSerializerOptions.Web)!)];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
