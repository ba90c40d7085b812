using Ccr.Tests.Parts;

namespace Ccr.Tests.Oracles;

/// <summary>
/// SDKs of the vendors as judges: eight of npm and three of NuGet ask the simulator in each dialect, and the proxy in each client
/// dialect with each provider dialect behind it, streamed and whole. The npm ones are one process for all cells.
/// </summary>
public sealed class OracleMatrixTests(OracleRuns runs) : IClassFixture<OracleRuns>
{
    public static TheoryData<string, bool, string> DirectCells()
    {
        var cells = new TheoryData<string, bool, string>();
        foreach (var (sdk, stream, scenario) in OracleRuns.Cells(OracleProgram.Sdks.Keys))
        {
            cells.Add(sdk, stream, scenario);
        }

        return cells;
    }

    public static TheoryData<string, string, bool, string> ProxyCells() => ThroughProxy(OracleProgram.Sdks.Keys);

    public static TheoryData<string, string, bool, string> DotNetProxyCells() => ThroughProxy(DotNetSdks.Names);

    [NeedsTheory("node", "npm:@anthropic-ai/sdk", "npm:openai", "npm:@google/genai", "npm:ai", "npm:@ai-sdk/anthropic", "npm:@ai-sdk/openai", "npm:@ai-sdk/openai-compatible", "npm:@ai-sdk/google")]
    [MemberData(nameof(DirectCells))]
    public async Task The_SDK_reads_the_simulator(string sdk, bool stream, string scenario)
    {
        var answer = await runs.DirectAsync(sdk, stream, scenario);

        Expected.Check(answer, sdk, scenario, hasIds: sdk != "gemini");
        if (scenario == "think")
        {
            // Chat has no signatures, and the AI SDK does not show Gemini's.
            Assert.Equal(OracleProgram.Sdks[sdk] != "openai" && sdk != "ai-google", answer.Signed);
        }
    }

    [NeedsTheory("node", "npm:@anthropic-ai/sdk", "npm:openai", "npm:@google/genai", "npm:ai", "npm:@ai-sdk/anthropic", "npm:@ai-sdk/openai", "npm:@ai-sdk/openai-compatible", "npm:@ai-sdk/google")]
    [MemberData(nameof(ProxyCells))]
    public async Task The_SDK_reads_the_proxy(string sdk, string provider, bool stream, string scenario) =>
        Expected.Check(await runs.ThroughProxyAsync(sdk, provider, stream, scenario), sdk, scenario, hasIds: sdk != "gemini");

    [Theory]
    [MemberData(nameof(DotNetProxyCells))]
    public async Task The_NET_SDK_reads_the_proxy(string sdk, string provider, bool stream, string scenario)
    {
        var question = new OracleQuestion(sdk, await runs.ProxyAddressAsync(), "key", OracleRuns.Model(provider, scenario), stream, scenario);

        Expected.Check(await DotNetSdks.AskAsync(question), sdk, scenario);
    }

    private static TheoryData<string, string, bool, string> ThroughProxy(IEnumerable<string> sdks)
    {
        var cells = new TheoryData<string, string, bool, string>();
        foreach (var (sdk, stream, scenario) in OracleRuns.Cells(sdks))
        {
            foreach (var provider in OracleRuns.Providers)
            {
                cells.Add(sdk, provider, stream, scenario);
            }
        }

        return cells;
    }
}
