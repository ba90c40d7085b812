using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Repair;
using Ccr.Protocols.Requests;
using Ccr.Simulator;
using Ccr.Tests.Protocols.Pitfalls;

namespace Ccr.Tests.Protocols.Repair;

/// <summary>A provider that is strict refuses a client's body; its own words lead to a body that it takes.</summary>
public class RepairAgainstSimulatorTests
{
    private static readonly System.Text.Json.JsonSerializerOptions AsTheyWere = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Theory]
    [InlineData(Dialect.Anthropic, "parameter", """{"model":"sim-text+strict","max_tokens":9,"foo":1,"messages":[{"role":"user","content":"q"}]}""")]
    [InlineData(Dialect.Anthropic, "thinking_blocks", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"thinking","thinking":"t","signature":"x"},{"type":"text","text":"a"}]},{"role":"user","content":"r"}]}""")]
    [InlineData(Dialect.Anthropic, "tool_ids", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"f:1","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"f:1","content":"r"}]}]}""")]
    [InlineData(Dialect.Anthropic, "tool_results", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":[{"type":"tool_use","id":"f1","name":"f","input":{}}]},{"role":"user","content":"stop"}]}""")]
    [InlineData(Dialect.Anthropic, "tool_results", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"f1","content":"r"},{"type":"text","text":"q"}]}]}""")]
    [InlineData(Dialect.Anthropic, "blank_text", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":[{"type":"text","text":" "},{"type":"text","text":"q"}]}]}""")]
    [InlineData(Dialect.Anthropic, "tool_schema", """{"model":"sim-text+strict","max_tokens":9,"messages":[{"role":"user","content":"q"}],"tools":[{"name":"f","input_schema":{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}}}]}}]}""")]
    [InlineData(Dialect.OpenAIChat, "parameter", """{"model":"sim-text+strict","foo":1,"messages":[{"role":"user","content":"q"}]}""")]
    [InlineData(Dialect.OpenAIChat, "tool_ids", """{"model":"sim-text+strict","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_0123456789012345678901234567890123456789","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_0123456789012345678901234567890123456789","content":"r"}]}""")]
    [InlineData(Dialect.OpenAIChat, "tool_results", """{"model":"sim-text+strict","messages":[{"role":"user","content":"q"},{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"user","content":"stop"}]}""")]
    [InlineData(Dialect.OpenAIChat, "tool_results", """{"model":"sim-text+strict","messages":[{"role":"user","content":"q"},{"role":"tool","tool_call_id":"c1","content":"r"}]}""")]
    [InlineData(Dialect.OpenAIResponses, "parameter", """{"model":"sim-text+strict","foo":1,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]}]}""")]
    [InlineData(Dialect.OpenAIResponses, "max_tokens_limit", """{"model":"sim-text+strict","max_output_tokens":3,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]}]}""")]
    [InlineData(Dialect.OpenAIResponses, "thinking_blocks", """{"model":"sim-text+strict","store":false,"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"eHh4"},{"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]}]},{"type":"message","role":"user","content":[{"type":"input_text","text":"r"}]}]}""")]
    [InlineData(Dialect.OpenAIResponses, "tool_ids", """{"model":"sim-text+strict","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},{"type":"function_call","id":"call_1","call_id":"c1","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"r"}]}""")]
    [InlineData(Dialect.OpenAIResponses, "tool_results", """{"model":"sim-text+strict","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]},{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}]}""")]
    [InlineData(Dialect.OpenAIResponses, "tool_schema", """{"model":"sim-text+strict","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"q"}]}],"tools":[{"type":"function","name":"f","strict":true,"parameters":{"type":"object","properties":{"a":{"type":"string"}}}}]}""")]
    [InlineData(Dialect.Gemini, "parameter", """{"generationConfig":{"foo":1},"contents":[{"role":"user","parts":[{"text":"q"}]}]}""")]
    [InlineData(Dialect.Gemini, "thinking_blocks", """{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"eHh4"}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]}""")]
    [InlineData(Dialect.Gemini, "tool_results", """{"contents":[{"role":"user","parts":[{"text":"q"}]},{"role":"model","parts":[{"functionCall":{"name":"f","args":{}}},{"functionCall":{"name":"g","args":{}}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"r"}}}]}]}""")]
    [InlineData(Dialect.Gemini, "tool_schema", """{"contents":[{"role":"user","parts":[{"text":"q"}]}],"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"object","properties":{"a":{"type":["string","null"]}}}}]}]}""")]
    public async Task A_strict_provider_takes_the_second_body(Dialect dialect, string word, string body)
    {
        await using var simulator = await SimulatorHost.StartAsync();
        using var client = new HttpClient { BaseAddress = simulator.BaseAddress };
        var (status, answer) = await PostAsync(client, dialect, body);
        Assert.Equal(HttpStatusCode.BadRequest, status);

        var request = Wire.Read(dialect, body);
        var error = ProviderErrorReader.Read((int)status, answer, null, "sim");
        var plan = RequestRepair.Plan(error, new(request, new TargetOptions("sim", Model(dialect)), dialect, Encoding.UTF8.GetBytes(body)));
        Assert.True(plan is not null, error.Message);
        Assert.Equal(word, plan.Word);
        (status, answer) = await PostAsync(client, dialect, Again(plan, request, dialect, body));
        Assert.True(status == HttpStatusCode.OK, Encoding.UTF8.GetString(answer));
    }

    private static string Again(RepairPlan plan, CanonicalRequest request, Dialect dialect, string body)
    {
        if (plan.CanEdit)
        {
            var edited = JsonNode.Parse(body)!.AsObject();
            plan.Edit(edited);
            return edited.ToJsonString(AsTheyWere);
        }

        var options = new TargetOptions("sim", Model(dialect));
        plan.Adjust(options);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        Wire.Write(dialect, plan.Apply(request), options, output, new LossReport());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    // The encoder for Gemini goes by the model's name, which stands in the address here.
    private static string Model(Dialect dialect) => dialect == Dialect.Gemini ? "gemini-3-pro" : "sim-text+strict";

    private static async Task<(HttpStatusCode Status, byte[] Body)> PostAsync(HttpClient client, Dialect dialect, string body)
    {
        var path = dialect switch
        {
            Dialect.Anthropic => "/v1/messages",
            Dialect.OpenAIChat => "/v1/chat/completions",
            Dialect.OpenAIResponses => "/v1/responses",
            _ => "/v1beta/models/sim-text+strict+as=gemini-3-pro:generateContent",
        };
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, await response.Content.ReadAsByteArrayAsync());
    }
}
