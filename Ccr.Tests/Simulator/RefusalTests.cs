using System.Text.Json.Nodes;

namespace Ccr.Tests.Simulator;

/// <summary>What real providers refuse, the simulator refuses too: it is the judge of translated requests.</summary>
public sealed class RefusalTests(SimulatorClient client) : IClassFixture<SimulatorClient>
{
    private const string Call = """{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"Bash","input":{}}]}""";
    private const string ResponsesCall = """{"type":"function_call","call_id":"c1","name":"Bash","arguments":"{}"}""";
    private const string GeminiUser = """{"role":"user","parts":[{"text":"x"}]}""";
    private const string GeminiCall = """{"role":"model","parts":[{"functionCall":{"name":"Bash","args":{}}}]}""";
    private const string GeminiResponse = """{"role":"user","parts":[{"functionResponse":{"name":"Bash","response":{"output":"done"}}}]}""";
    private const string ChatCall = """{"role":"assistant","content":null,"tool_calls":[{"id":"t1","type":"function","function":{"name":"Bash","arguments":"{}"}}]}""";

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{\"model\":", "not JSON: line 1, byte 10")]
    [InlineData("""{"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model: field required")]
    [InlineData("""{"model":7,"max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "model: field required")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"}]}""", "max_tokens: field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[]}""", "messages: field required")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":"x"}""", "messages: expected an array, got a string")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"tool","content":"x"}]}""", "messages.0.role")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":""}]}""", "non-empty content")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]}""", "text content blocks must be non-empty")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + "]}", "without `tool_result` blocks immediately after: t1")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + """,{"role":"assistant","content":"y"}]}""", "without `tool_result`")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":"x"},""" + Call + """,{"role":"user","content":"y"}]}""", "without `tool_result`")]
    [InlineData("""{"model":"m","max_tokens":1,"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t9","content":"x"}]}]}""", "unexpected `tool_use_id` found in `tool_result` blocks: t9")]
    [InlineData("""{"model":"m","max_tokens":1,"tools":[{"description":"x"}],"messages":[{"role":"user","content":"x"}]}""", "name: field required")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"reasoning_effort":"low","messages":[{"role":"user","content":"x"}]}""", "reasoning_effort: Extra inputs")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"b"}]},{"role":"user","content":"x"}]}""", "Invalid `signature` in `thinking` block")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a.b","name":"Bash","input":{}}]}]}""", "tool_use.id: String should match pattern")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"mcp.say","input":{}}]}]}""", "tool_use.name: String should match pattern")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"},{"role":"assistant","content":[{"type":"tool_use","id":"a","name":"Bash","input":"{}"}]}]}""", "valid dictionary")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a.b","input_schema":{"type":"object"}}]}""", "tools.0.custom.name")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a","input_schema":{}}]}""", "tools.0.custom.input_schema.type: Field required")]
    [InlineData("""{"model":"sim-strict","max_tokens":1,"messages":[{"role":"user","content":"x"}],"tools":[{"name":"a","input_schema":{"type":"object"}},{"name":"a","input_schema":{"type":"object"}}]}""", "Tool names must be unique")]
    [InlineData("""{"model":"sim-cached-tokens=100+input-tokens=10","max_tokens":1,"messages":[{"role":"user","content":"x"}]}""", "more than the 10 of the input")]
    public async Task Messages_refuses_by_name(string body, string expected)
    {
        using var response = await client.PostRawAsync("/v1/messages", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("error", (string)error["type"]!);
        Assert.Equal("invalid_request_error", (string)error["error"]!["type"]!);
        Assert.Contains(expected, (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":null}]}""", "messages[0].content")]
    [InlineData("""{"model":"m","messages":[{"role":"assistent","content":"x"}]}""", "messages[0].role")]
    [InlineData("""{"model":"m","tools":[],"messages":[{"role":"user","content":"x"}]}""", "Invalid 'tools': empty array")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"},""" + ChatCall + "]}", "did not have response messages: t1")]
    [InlineData("""{"model":"m","messages":[{"role":"user","content":"x"},""" + ChatCall + """,{"role":"user","content":"y"}]}""", "did not have response messages: t1")]
    [InlineData("""{"model":"m","messages":[{"role":"tool","tool_call_id":"t9","content":"x"}]}""", "must be a response to a preceding message")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a123456789a123456789a123456789a123456789a","type":"function","function":{"name":"Bash","arguments":"{}"}}]}]}""", "maximum length 40")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{"name":"a.b","arguments":"{}"}}]}]}""", "does not match pattern")]
    [InlineData("""{"model":"sim-strict","tools":[{"type":"function","function":{"name":"a.b"}}],"messages":[{"role":"user","content":"x"}]}""", "does not match the pattern")]
    [InlineData("""{"model":"sim-strict","thinking":{},"messages":[{"role":"user","content":"x"}]}""", "thinking: Extra inputs")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},{"role":"assistant","content":null}]}""", "messages[1].content")]
    [InlineData("""{"model":"sim-strict","messages":[{"role":"user","content":"x"},""" + ChatCall + """,{"role":"tool","tool_call_id":"t1","content":[{"type":"image_url"}]}]}""", "text parts only")]
    public async Task Chat_refuses_by_name(string body, string expected)
    {
        using var response = await client.PostRawAsync("/openai/chat/completions", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Contains(expected, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"model":"m"}""", "'input'", "missing_required_parameter")]
    [InlineData("""{"model":"m","input":[{"content":"x"}]}""", "'input[0].type'", "missing_required_parameter")]
    [InlineData("""{"model":"m","input":"x","previous_response_id":"resp_1"}""", "resp_1", "previous_response_not_found")]
    [InlineData("""{"model":"m","input":[""" + ResponsesCall + "]}", "No tool output found for function call c1", "invalid_value")]
    [InlineData("""{"model":"m","input":[{"type":"function_call_output","call_id":"c9","output":"x"}]}""", "No tool call found for function call output with call_id c9", "invalid_value")]
    [InlineData("""{"model":"m","input":"x","tools":[{"type":"function","function":{"name":"nested"}}]}""", "'tools[0].name'", "missing_required_parameter")]
    [InlineData("""{"model":"sim-strict","input":"x","messages":[]}""", "Unknown parameter: 'messages'", "unknown_parameter")]
    [InlineData("""{"model":"sim-strict","input":[{"role":"user","content":[{"type":"input_text","text":"x","cache_control":{}}]}]}""", "Unknown parameter: 'input[0].content[0].cache_control'", "unknown_parameter")]
    [InlineData("""{"model":"sim-strict","input":[{"role":"assistant","content":[{"type":"input_text","text":"x"}]}]}""", "Supported values are: 'output_text', 'refusal'", "invalid_value")]
    [InlineData("""{"model":"sim-strict","input":[{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"Zm9yZWlnbg=="}]}""", "could not be verified", "invalid_encrypted_content")]
    [InlineData("""{"model":"sim-strict","input":[{"type":"reasoning","id":"rs_1","summary":[]}]}""", "Item with id 'rs_1' not found", "invalid_value")]
    [InlineData("""{"model":"sim-strict","input":[{"type":"reasoning","summary":[]},{"role":"user","content":"x"}]}""", "without its required following item", "invalid_value")]
    [InlineData("""{"model":"sim-strict","input":[{"type":"message","id":"toolu_1","role":"assistant","content":"x"}]}""", "begins with 'msg'", "invalid_value")]
    [InlineData("""{"model":"sim-strict","input":"x","max_output_tokens":1}""", "Expected a value >= 16", "integer_below_min_value")]
    [InlineData("""{"model":"sim-strict","input":"x","tools":[{"type":"function","name":"a.b"}]}""", "does not match the pattern", "invalid_value")]
    [InlineData("""{"model":"sim-strict","input":"x","tools":[{"type":"function","name":"a","parameters":{}}]}""", "got 'type: \"None\"'", "invalid_function_parameters")]
    [InlineData("""{"model":"sim-strict","input":"x","tools":[{"type":"function","name":"a","strict":true,"parameters":{"type":"object","properties":{"x":{"type":"string"}}}}]}""", "'additionalProperties' is required", "invalid_function_parameters")]
    [InlineData("""{"model":"sim-strict","input":"x","tools":[{"type":"function","name":"a","strict":true,"parameters":{"type":"object","properties":{"x":{"type":"string"}},"additionalProperties":false}}]}""", "Missing 'x'", "invalid_function_parameters")]
    public async Task Responses_refuses_by_name(string body, string expected, string code)
    {
        using var response = await client.PostRawAsync("/v1/responses", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("invalid_request_error", (string)error["type"]!);
        Assert.Equal(code, (string)error["code"]!);
        Assert.Contains(expected, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("m", """{"contents":[]}""", "contents: field required")]
    [InlineData("m", """{"contents":[{"role":"user","parts":[]}]}""", "must not be empty")]
    [InlineData("m", """{"contents":[{"role":"user","parts":[{}]}]}""", "must have one initialized field")]
    [InlineData("m", """{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}""", "valid role: user, model")]
    [InlineData("m", """{"contents":[{"role":"model","parts":[{"text":"x"}]}]}""", "begin with a user turn")]
    [InlineData("m", """{"contents":[""" + GeminiUser + "," + GeminiCall + "]}", "number of function response parts")]
    [InlineData("m", """{"contents":[""" + GeminiUser + "," + GeminiCall + "," + GeminiUser + "]}", "number of function response parts")]
    [InlineData("m", """{"contents":[""" + GeminiResponse + "]}", "number of function response parts")]
    [InlineData("m", """{"contents":[{"parts":[{"functionResponse":{"response":{}}}]}]}""", "Name cannot be empty")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"max_tokens":1}""", "Unknown name \"max_tokens\": Cannot find field")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x","cache_control":{}}]}]}""", "at 'contents[0].parts[0]'")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x","thoughtSignature":"cnQxLmZvcmVpZ24="}]}]}""", "Corrupted thought signature")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"stopSequences":["1","2","3","4","5","6"]}}""", "at most 5")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"toolConfig":{"functionCallingConfig":{"mode":"AUTO","allowedFunctionNames":["a"]}}}""", "mode is not ANY")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"functionResponse":{"name":"a","response":"text"}}]}]}""", "google.protobuf.Struct")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"1a"}]}]}""", "Invalid function name")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a"},{"name":"a"}]}]}""", "Duplicate function declaration found: a")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"object","additionalProperties":false}}]}]}""", "Unknown name \"additionalProperties\" at 'tools[0].function_declarations[0].parameters'")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"object","properties":{"x":{"type":["string","null"]}}}}]}]}""", "cannot start list")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"object","properties":{"x":{"enum":[1]}}}}]}]}""", "(TYPE_STRING)")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"object","properties":{"x":{"type":"array"}}}}]}]}""", "items: missing field")]
    [InlineData("sim-strict", """{"contents":[{"parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"a","parameters":{"type":"object","required":["y"]}}]}]}""", "property 'y' is not defined")]
    [InlineData("sim-strict+as=gemini-3-pro", """{"contents":[""" + GeminiUser + "," + GeminiCall + "," + GeminiResponse + "]}", "missing a thought_signature")]
    public async Task Gemini_refuses_by_name(string model, string body, string expected)
    {
        using var response = await client.PostRawAsync($"/v1beta/models/{model}:generateContent", body);
        var error = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]!;

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Equal("INVALID_ARGUMENT", (string)error["status"]!);
        Assert.Contains(expected, (string)error["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sim-strict")]
    [InlineData("sim-strict+as=gemini-2.5-pro")]
    public async Task Gemini_before_the_third_generation_asks_for_no_signature(string model)
    {
        using var response = await client.PostRawAsync($"/v1beta/models/{model}:generateContent", """{"contents":[""" + GeminiUser + "," + GeminiCall + "," + GeminiResponse + "]}");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task Gemini_takes_the_documented_stand_in_for_a_signature_and_both_spellings()
    {
        const string signed = """{"role":"model","parts":[{"function_call":{"name":"Bash","args":{}},"thought_signature":"skip_thought_signature_validator"}]}""";
        using var response = await client.PostRawAsync("/v1beta/models/gemini-3-pro-preview:generateContent", """{"contents":[""" + GeminiUser + "," + signed + "," + GeminiResponse + "]}", script: "strict");

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task A_path_that_no_dialect_owns_says_which_there_are()
    {
        using var response = await client.PostRawAsync("/v1/embeddings", "{}");

        Assert.Equal(404, (int)response.StatusCode);
        Assert.Contains("/chat/completions", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
