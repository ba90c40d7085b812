using System.Text.Json.Nodes;

namespace Ccr.Tests.Oracles;

/// <summary>What an answer of the simulator must be like, whatever dialects it has gone through.</summary>
internal static class Expected
{
    /// <summary>What oracle.mjs asks; characters that JSON, UTF-8 and sloppy code stumble over.</summary>
    public const string Prompt = "What is in this folder? ä✓😀 \"quoted\" \\ back";

    /// <summary>The scenarios.</summary>
    public static IReadOnlyList<string> Scenarios { get; } = ["text", "think", "parallel"];

    /// <summary>The simulator's script of a scenario; strict, so that it is a judge of the request too.</summary>
    public static string Script(string scenario)
    {
        var words = scenario switch { "text" => "text", "think" => "text+think", _ => "parallel+think" };
        return $"sim-{words}+strict+input-tokens=1000+cached-tokens=400+output-tokens=200";
    }

    /// <summary>Fails where the answer is not as it must be.</summary>
    /// <param name="answer">What the SDK shows.</param>
    /// <param name="sdk">The SDK.</param>
    /// <param name="scenario">The scenario.</param>
    /// <param name="hasIds">Each call must have an id: not so where Gemini's own answer is read.</param>
    public static void Check(OracleAnswer answer, string sdk, string scenario, bool hasIds = true)
    {
        Assert.Null(answer.Error);
        Assert.Equal(scenario == "parallel" ? "I will run 2 tools." : $"The simulator answers: {Prompt}", answer.Text);
        if (answer.Reasoning is not null)
        {
            Assert.Equal(scenario == "text" ? "" : $"The user asks: {Prompt} I am the simulator, so I only pretend to think.", answer.Reasoning);
        }

        Assert.Equal(new OracleUsage(1000, 200, 400), answer.Usage);
        Assert.Equal(Stop(sdk, scenario == "parallel"), answer.Stop);
        if (scenario != "parallel")
        {
            Assert.Empty(answer.ToolCalls!);
            return;
        }

        Assert.Equal(["Bash", "Bash"], answer.ToolCalls!.Select(c => c.Name));
        Assert.Equal(["""{"command":"echo ccr-tool-ok"}""", """{"command":"echo ccr-tool-ok-2"}"""], answer.ToolCalls!.Select(c => JsonNode.Parse(c.Arguments)!.ToJsonString()));
        var ids = answer.ToolCalls!.Select(c => c.Id).OfType<string>().ToList();
        Assert.Equal(ids.Distinct().Count(), ids.Count);
        Assert.All(ids, id => Assert.Matches("^[a-zA-Z0-9_-]{1,64}$", id));
        Assert.True(ids.Count == 2 || !hasIds && ids.Count == 0);
    }

    private static string Stop(string sdk, bool hasCalls) => sdk switch
    {
        "anthropic" => hasCalls ? "tool_use" : "end_turn",
        "openai-chat" => hasCalls ? "tool_calls" : "stop",
        "openai-responses" => "completed",
        "gemini" => "STOP",
        _ => hasCalls ? "tool-calls" : "stop",
    };
}
