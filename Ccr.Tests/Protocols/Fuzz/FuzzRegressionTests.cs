using System.Buffers;
using System.Text;
using System.Text.Json;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Json;
using Ccr.Protocols.OpenAIChat;
using Ccr.Protocols.Requests;
using Ccr.Protocols.Schemas;
using Ccr.Protocols.Sse;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>What fuzzing found, each by its smallest form.</summary>
public class FuzzRegressionTests
{
    public static TheoryData<Dialect> Dialects => [.. Enum.GetValues<Dialect>()];

    [Fact]
    public void Bytes_that_are_no_UTF8_become_U_FFFD_before_a_client_sees_them()
    {
        byte[] stream = [.. "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a"u8, 0xC3, .. "b\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"u8];
        var output = new ArrayBufferWriter<byte>();
        using var decoder = new ChatStreamDecoder(new AnthropicStreamEncoder(output, "msg_1", "m", "req_1"), "p");
        decoder.Feed(stream);
        decoder.Complete();
        Assert.True(System.Text.Unicode.Utf8.IsValid(output.WrittenSpan));
        Assert.Contains("a\ufffdb", Encoding.UTF8.GetString(output.WrittenSpan), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void A_body_that_is_no_UTF8_is_refused(Dialect dialect)
    {
        byte[] body = [.. "{\"x\":\""u8, 0xFF, .. "\"}"u8];
        Assert.Contains("UTF-8", Assert.Throws<RequestFormatException>(() => FuzzClients.Decode(dialect, body)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void Half_a_surrogate_pair_where_a_word_is_expected_is_a_fault_of_the_request(Dialect dialect)
    {
        // In texts it may be: those are copied.
        var list = dialect == Dialect.Gemini ? "contents" : dialect == Dialect.OpenAIResponses ? "input" : "messages";
        var body = Encoding.UTF8.GetBytes($$$"""{"{{{list}}}":[{"role":"\ud800","type":"\ud800","content":[{"type":"\ud800"}]}],"tools":[{"type":"\ud800"}],"tool_choice":"\ud800"}""");
        Assert.Throws<RequestFormatException>(() => FuzzClients.Decode(dialect, body));
        Assert.True(Record.Exception(() => FuzzClients.Peek(dialect, body)) is null or RequestFormatException);
    }

    [Theory]
    [InlineData(Dialect.OpenAIChat)]
    [InlineData(Dialect.OpenAIResponses)]
    [InlineData(Dialect.Anthropic)]
    public void Two_calls_of_one_turn_that_share_an_id_get_their_own_ids_and_results(Dialect provider)
    {
        var request = AnthropicRequestDecoder.Decode("""
            {"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"},
            {"role":"assistant","content":[{"type":"tool_use","id":"a","name":"n","input":{"x":1}},{"type":"tool_use","id":"a","name":"n","input":{"x":2}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":"one"},{"type":"tool_result","tool_use_id":"a","content":"two"}]}]}
            """u8.ToArray());
        var output = new ArrayBufferWriter<byte>();
        FuzzClients.Encode(provider, request, new TargetOptions("p", "gpt-4o"), output, new());
        using var document = JsonDocument.Parse(output.WrittenMemory);
        Assert.Null(RequestRules.Broken(provider, document.RootElement));
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.Contains("two", text, StringComparison.Ordinal);
        Assert.True(provider == Dialect.OpenAIResponses || text.IndexOf("one", StringComparison.Ordinal) is >= 0 and var first && first < text.IndexOf("two", StringComparison.Ordinal), text);
    }

    [Fact]
    public void A_call_after_the_end_of_a_chat_answer_is_not_handed_on()
    {
        var sink = new GrammarSink(100);
        using var decoder = new ChatStreamDecoder(sink, "p");
        decoder.DecodeWhole("""{"choices":[{"message":{"tool_calls":[{"id":"a","function":{"name":"m"}}]}},{"message":{"reasoning":".","tool_calls":[{"function":{"arguments":"}"}}]}}],"choices":[{"message":{"reasoning":"."}}]}"""u8);
        Assert.Null(sink.Fault);
        Assert.True(sink.IsFinished);
    }

    [Fact]
    public void Token_counts_beyond_all_reason_do_not_overflow()
    {
        var sink = new GrammarSink(100);
        using var decoder = FuzzClients.Decoder(Dialect.Gemini, sink);
        decoder.DecodeWhole("""{"candidates":[{"content":{"parts":[{"text":"x"}]},"finishReason":"STOP"}],"usageMetadata":{"candidatesTokenCount":4,"thoughtsTokenCount":9223372036854775807}}"""u8);
        Assert.Null(sink.Fault);
        Assert.True(sink.Ended);
    }

    [Fact]
    public void A_schema_deeper_than_readers_go_by_themselves_is_written_to_every_provider()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 200);
        foreach (var provider in Enum.GetValues<Dialect>())
        {
            foreach (var field in (string[])["parameters", "parametersJsonSchema"])
            {
                var body = Encoding.UTF8.GetBytes($$$"""{"contents":[],"tools":[{"functionDeclarations":[{"name":"n","{{{field}}}":{"x":{{{deep}}} } }]}]}""");
                var output = new ArrayBufferWriter<byte>();
                FuzzClients.Encode(provider, FuzzClients.Decode(Dialect.Gemini, body), new TargetOptions("p", "m"), output, new());
                JsonDocument.Parse(output.WrittenMemory, new() { MaxDepth = 1000 }).Dispose();
            }
        }
    }

    [Fact]
    public void Words_in_a_schema_with_half_a_surrogate_pair_stop_no_encoder()
    {
        var body = """{"contents":[],"tools":[{"functionDeclarations":[{"name":"n","parametersJsonSchema":{"type":"\ud80c","x\ud80c":1,"description":"\ud80c","anyOf":[{"type":"\ud80c"}]}}]}]}"""u8.ToArray();
        foreach (var provider in Enum.GetValues<Dialect>())
        {
            var output = new ArrayBufferWriter<byte>();
            FuzzClients.Encode(provider, FuzzClients.Decode(Dialect.Gemini, body), new TargetOptions("p", "m"), output, new());
            JsonDocument.Parse(output.WrittenMemory).Dispose();
        }
    }

    [Theory]
    [InlineData(SchemaTarget.GeminiJsonSchema)]
    [InlineData(SchemaTarget.OpenAI)]
    [InlineData(SchemaTarget.Anthropic)]
    public void A_root_that_refers_to_itself_keeps_its_definitions_once(SchemaTarget target)
    {
        var text = Clean("""{"$ref":"#/definitions/A","definitions":{"A":{"$ref":"#","title":"t"}}}""", target);
        Assert.Single(text.Split("\"definitions\"")[1..]);
        Assert.Equal(text, Clean(text, target));
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public void An_unknown_field_whose_name_needs_escapes_keeps_it(Dialect dialect)
    {
        var list = dialect == Dialect.Gemini ? "contents" : dialect == Dialect.OpenAIResponses ? "input" : "messages";
        var body = Encoding.UTF8.GetBytes($$$"""{"{{{list}}}":[],"a\\b":1,"generationConfig":{"c\"d":2},"toolConfig":{"e\\f":3}}""");
        var output = new ArrayBufferWriter<byte>();
        FuzzClients.Encode(dialect, FuzzClients.Decode(dialect, body), new TargetOptions("p", "m"), output, new());
        using var document = JsonDocument.Parse(output.WrittenMemory);
        Assert.Equal(1, document.RootElement.GetProperty("a\\b").GetInt32());
        Assert.Equal(2, document.RootElement.GetProperty("generationConfig").GetProperty("c\"d").GetInt32());
        Assert.Equal(3, document.RootElement.GetProperty("toolConfig").GetProperty("e\\f").GetInt32());
    }

    [Fact]
    public void Definitions_stay_when_a_chain_of_references_at_the_root_leads_nowhere() => Assert.Equal(
        """{"type":"object","title":"t","$defs":{"A":{"$ref":"#/$defs/C","title":"t"}},"properties":{}}""",
        Clean("""{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/C","title":"t"}}}""", SchemaTarget.Anthropic));

    [Fact]
    public void A_chain_of_references_at_the_root_is_followed_to_its_end()
    {
        Assert.Equal(
            """{"type":"object","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"type":"object","properties":{"x":{"type":"string"}}}},"properties":{"x":{"type":"string"}}}""",
            Clean("""{"$ref":"#/$defs/A","$defs":{"A":{"$ref":"#/$defs/B"},"B":{"type":"object","properties":{"x":{"type":"string"}}}}}""", SchemaTarget.Anthropic));
    }

    [Theory]
    [InlineData("""{"type":["string","array"]}""", """{"anyOf":[{"type":"string"},{"type":"array","items":{"type":"string"}}]}""")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"null"},{"type":"string"}]}""", """{"type":"array","items":{"nullable":true,"type":"string"},"description":"items in this order: [{\"type\":\"null\"},{\"type\":\"string\"}]"}""")]
    [InlineData("""{"type":"array","prefixItems":[]}""", """{"type":"array","items":{"type":"string"},"description":"items in this order: []"}""")]
    public void Gemini_is_told_what_every_list_is_of(string schema, string expected) =>
        Assert.Equal($$$"""{"type":"object","properties":{"p":{{{expected}}}}}""", Clean($$$"""{"type":"object","properties":{"p":{{{schema}}}}}""", SchemaTarget.GeminiParameters));

    [Theory]
    [InlineData("\u2028")]
    [InlineData("\\u2028 \\n")]
    [InlineData(" \u00a0\u3000")]
    public void Other_blanks_of_Unicode_are_blank(string escaped)
    {
        Assert.True(new EscapedText(Encoding.UTF8.GetBytes(escaped)).IsBlank);
        Assert.False(new EscapedText(Encoding.UTF8.GetBytes(escaped + "\u00e9")).IsBlank);
    }

    [Fact]
    public void A_result_inside_a_result_that_answers_nothing_is_left_out()
    {
        var body = """{"contents":[{"role":"user","parts":[{"functionResponse":{"parts":[{"functionResponse":{"name":"x","response":{"a":1}}}]}}]}]}"""u8.ToArray();
        foreach (var provider in Enum.GetValues<Dialect>())
        {
            var output = new ArrayBufferWriter<byte>();
            FuzzClients.Encode(provider, FuzzClients.Decode(Dialect.Gemini, body), new TargetOptions("p", "m"), output, new());
            using var document = JsonDocument.Parse(output.WrittenMemory);
            Assert.Null(RequestRules.Broken(provider, document.RootElement));
        }
    }

    [Fact]
    public void An_error_with_an_empty_message_is_given_words()
    {
        Assert.NotEmpty(ProviderErrorReader.Read(500, "{\"message\":\"\"}"u8, null, "p").Message);
        Assert.NotEmpty(ProviderErrorReader.ReadEmbedded("{\"error\":\" \"}"u8, "p").Message.Trim());
    }

    [Fact]
    public void Names_and_lists_of_any_length_do_not_end_on_the_stack()
    {
        // Ids of megabytes, from a provider that has gone wrong; stop sequences by the hundred thousand, from a client.
        var id = new string('x', 2_000_000);
        var sink = new GrammarSink(1000);
        using (var decoder = new ChatStreamDecoder(sink, "p"))
        {
            decoder.DecodeWhole(Encoding.UTF8.GetBytes($$$"""{"id":"{{{id}}}","choices":[{"message":{"tool_calls":[{"id":"{{{id}}}","function":{"name":"a"}},{"index":1,"id":"{{{id}}}","function":{"name":"b"}},{"index":2,"function":{"name":"c"}}]},"finish_reason":"tool_calls"}]}"""));
        }

        Assert.True(sink.Ended);
        Assert.Null(sink.Fault);
        var stops = new StopSequenceSink(new GrammarSink(1000), [.. Enumerable.Repeat(EscapedText.From("s"), 400_000)]);
        stops.Start(default);
        Assert.False(stops.Stopped);
    }

    [Theory]
    [InlineData("function_call_output")]
    [InlineData("message")]
    [InlineData("reasoning")]
    public void An_item_inside_a_message_of_Responses_is_refused(string type)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"input":[{"role":"user","content":[{"type":"{{{type}}}","call_id":"c","output":"x"}]}]}""");
        Assert.Contains("content", Assert.Throws<RequestFormatException>(() => FuzzClients.Decode(Dialect.OpenAIResponses, body)).Path, StringComparison.Ordinal);
    }

    private static string Clean(string schema, SchemaTarget target)
    {
        var output = new ArrayBufferWriter<byte>();
        SchemaCleaner.Write(new(output), new(Encoding.UTF8.GetBytes(schema)), target);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
