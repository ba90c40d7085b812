using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Json;

namespace Ccr.Protocols.OpenAIResponses;

/// <summary>The parts of events, items and responses that matter, as spans of the data.</summary>
public sealed partial class ResponsesStreamDecoder
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private void SupplyContent(ResponsesItem item, ReadOnlySpan<byte> content)
    {
        if (content.IsEmpty || content[0] != '[')
        {
            return;
        }

        var seen = item.Citations;
        var reader = new Utf8JsonReader(content, Lenient);
        reader.Read();
        var cited = 0;
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; i++)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isRefusal = reader.ValueTextEquals("refusal"u8);
                var isText = isRefusal || reader.ValueTextEquals("text"u8);
                var isAnnotations = reader.ValueTextEquals("annotations"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String)
                {
                    _message.SawRefusal |= isRefusal && !reader.ValueSpan.IsEmpty;
                    _message.Supply(item, i, reader.ValueSpan);
                }
                else if (isAnnotations && reader.TokenType == JsonTokenType.StartArray)
                {
                    var list = reader;
                    while (list.Read() && list.TokenType == JsonTokenType.StartObject)
                    {
                        var start = (int)list.TokenStartIndex;
                        list.Skip();
                        if (cited++ >= seen)
                        {
                            ReadAnnotation(item, content[start..(int)list.BytesConsumed]);
                        }
                    }

                    reader.Skip();
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private void SupplyReasoning(ResponsesItem item, in ItemFields fields)
    {
        if (item.ReasoningIsContent != true && SupplyTexts(item, fields.Summary, 0))
        {
            item.ReasoningIsContent = false;
        }

        if (item.ReasoningIsContent != false)
        {
            SupplyTexts(item, fields.Content, ContentPart);
        }
    }

    private bool SupplyTexts(ResponsesItem item, ReadOnlySpan<byte> parts, long first)
    {
        if (parts.IsEmpty || parts[0] != '[')
        {
            return false;
        }

        var any = false;
        var reader = new Utf8JsonReader(parts, Lenient);
        reader.Read();
        for (var i = 0; reader.Read() && reader.TokenType == JsonTokenType.StartObject; i++)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isText = reader.ValueTextEquals("text"u8);
                reader.Read();
                if (isText && reader.TokenType == JsonTokenType.String && !reader.ValueSpan.IsEmpty)
                {
                    any = true;
                    _message.Supply(item, first + i, reader.ValueSpan);
                }

                reader.Skip();
            }
        }

        return any;
    }

    private void ReadAnnotation(ResponsesItem item, ReadOnlySpan<byte> annotation)
    {
        if (annotation.IsEmpty || annotation[0] != '{')
        {
            return;
        }

        ReadOnlySpan<byte> url = default, title = default;
        var reader = new Utf8JsonReader(annotation, Lenient);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isUrl = reader.ValueTextEquals("url"u8);
            var isTitle = reader.ValueTextEquals("title"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                url = isUrl ? reader.ValueSpan : url;
                title = isTitle ? reader.ValueSpan : title;
            }

            reader.Skip();
        }

        // Citations of files have no address and are counted only.
        _message.Cite(item, url, title);
    }

    private static void ReadAction(ResponsesItem item, in ItemFields fields)
    {
        item.ToolKind = fields.Type.SequenceEqual("code_interpreter_call"u8) ? ServerToolKind.CodeExecution : ServerToolKind.WebSearch;
        item.Query = fields.Code.ToArray();
        if (fields.Action.IsEmpty || fields.Action[0] != '{')
        {
            return;
        }

        ReadOnlySpan<byte> type = default, query = default, url = default, sources = default;
        var reader = new Utf8JsonReader(fields.Action, Lenient);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
            {
                type = EventFields.String(ref reader);
            }
            else if (reader.ValueTextEquals("query"u8))
            {
                query = EventFields.String(ref reader);
            }
            else if (reader.ValueTextEquals("url"u8))
            {
                url = EventFields.String(ref reader);
            }
            else if (reader.ValueTextEquals("queries"u8))
            {
                reader.Read();
                var first = reader;
                if (query.IsEmpty && first.TokenType == JsonTokenType.StartArray && first.Read() && first.TokenType == JsonTokenType.String)
                {
                    query = first.ValueSpan;
                }

                reader.Skip();
            }
            else if (reader.ValueTextEquals("sources"u8))
            {
                sources = EventFields.Raw(ref reader, fields.Action);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        var isPage = type.SequenceEqual("open_page"u8) || type.SequenceEqual("find_in_page"u8);
        item.ToolKind = isPage ? ServerToolKind.WebFetch : ServerToolKind.WebSearch;
        item.Query = (isPage ? url : query).ToArray();
        item.Sources = sources.IsEmpty || sources[0] != '[' ? [] : sources.ToArray();
    }

    private ref struct EventFields
    {
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> ItemId;
        public ReadOnlySpan<byte> Item;
        public ReadOnlySpan<byte> Response;
        public ReadOnlySpan<byte> Annotation;
        public long OutputIndex;
        public long ContentIndex;
        public long SummaryIndex;
        public bool HasError;

        /// <summary>delta, text, arguments, input or refusal: each event has one.</summary>
        public ReadOnlySpan<byte> Text;

        public static EventFields Read(ReadOnlySpan<byte> data)
        {
            var fields = new EventFields { OutputIndex = -1 };
            var reader = new Utf8JsonReader(data, Lenient);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException();
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    fields.Type = String(ref reader);
                }
                else if (reader.ValueTextEquals("delta"u8) || reader.ValueTextEquals("text"u8) || reader.ValueTextEquals("arguments"u8)
                    || reader.ValueTextEquals("input"u8) || reader.ValueTextEquals("refusal"u8))
                {
                    fields.Text = String(ref reader);
                }
                else if (reader.ValueTextEquals("output_index"u8))
                {
                    Number(ref reader, ref fields.OutputIndex);
                }
                else if (reader.ValueTextEquals("content_index"u8))
                {
                    Number(ref reader, ref fields.ContentIndex);
                }
                else if (reader.ValueTextEquals("summary_index"u8))
                {
                    Number(ref reader, ref fields.SummaryIndex);
                }
                else if (reader.ValueTextEquals("item_id"u8))
                {
                    fields.ItemId = String(ref reader);
                }
                else if (reader.ValueTextEquals("item"u8))
                {
                    fields.Item = Raw(ref reader, data);
                }
                else if (reader.ValueTextEquals("response"u8))
                {
                    fields.Response = Raw(ref reader, data);
                }
                else if (reader.ValueTextEquals("annotation"u8))
                {
                    fields.Annotation = Raw(ref reader, data);
                }
                else
                {
                    fields.HasError |= reader.ValueTextEquals("error"u8);
                    reader.Read();
                    reader.Skip();
                }
            }

            return fields;
        }

        public static ReadOnlySpan<byte> String(scoped ref Utf8JsonReader reader)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.String)
            {
                return reader.ValueSpan;
            }

            reader.Skip();
            return default;
        }

        public static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> data)
        {
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                return default;
            }

            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            return data[start..(int)reader.BytesConsumed];
        }

        private static void Number(ref Utf8JsonReader reader, ref long value)
        {
            reader.Read();
            if (reader.TryLong(out var number))
            {
                value = number;
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private ref struct ItemFields
    {
        public ReadOnlySpan<byte> Raw;
        public ReadOnlySpan<byte> Type;
        public ReadOnlySpan<byte> Id;
        public ReadOnlySpan<byte> CallId;
        public ReadOnlySpan<byte> Name;
        public ReadOnlySpan<byte> Namespace;
        public ReadOnlySpan<byte> Encrypted;
        public ReadOnlySpan<byte> Content;
        public ReadOnlySpan<byte> Summary;
        public ReadOnlySpan<byte> Action;
        public ReadOnlySpan<byte> Code;

        /// <summary>arguments or input.</summary>
        public ReadOnlySpan<byte> Input;
        public bool InputIsString;

        public readonly ResponsesItemKind Kind =>
            Is(Type, "message"u8) ? ResponsesItemKind.Message
            : Is(Type, "reasoning"u8) ? ResponsesItemKind.Reasoning
            : Is(Type, "function_call"u8) ? ResponsesItemKind.Call
            : Is(Type, "custom_tool_call"u8) ? ResponsesItemKind.Custom
            : Is(Type, "web_search_call"u8) || Is(Type, "code_interpreter_call"u8) ? ResponsesItemKind.ServerTool
            : ResponsesShim.OfCall(Type) is not null ? ResponsesItemKind.Shim
            : ResponsesItemKind.Other;

        public static ItemFields Read(ReadOnlySpan<byte> json)
        {
            var fields = default(ItemFields);
            if (json.IsEmpty || json[0] != '{')
            {
                return fields;
            }

            fields.Raw = json;

            var reader = new Utf8JsonReader(json, Lenient);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8))
                {
                    fields.Type = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("id"u8))
                {
                    fields.Id = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("call_id"u8))
                {
                    fields.CallId = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("name"u8))
                {
                    fields.Name = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("namespace"u8))
                {
                    fields.Namespace = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("encrypted_content"u8))
                {
                    fields.Encrypted = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("code"u8))
                {
                    fields.Code = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("arguments"u8) || reader.ValueTextEquals("input"u8))
                {
                    fields.Input = EventFields.Raw(ref reader, json);
                    fields.InputIsString = !fields.Input.IsEmpty && fields.Input[0] == '"';
                    fields.Input = fields.InputIsString ? fields.Input[1..^1] : fields.Input;
                }
                else if (reader.ValueTextEquals("content"u8))
                {
                    fields.Content = EventFields.Raw(ref reader, json);
                }
                else if (reader.ValueTextEquals("summary"u8))
                {
                    fields.Summary = EventFields.Raw(ref reader, json);
                }
                else if (reader.ValueTextEquals("action"u8) || reader.ValueTextEquals("operation"u8))
                {
                    fields.Action = EventFields.Raw(ref reader, json);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            return fields;
        }
    }

    private ref struct ResponseFields
    {
        public ReadOnlySpan<byte> Id;
        public ReadOnlySpan<byte> Status;
        public ReadOnlySpan<byte> Error;
        public ReadOnlySpan<byte> IncompleteReason;
        public ReadOnlySpan<byte> Output;
        public ReadOnlySpan<byte> Usage;

        public static ResponseFields Read(ReadOnlySpan<byte> json)
        {
            var fields = default(ResponseFields);
            if (json.IsEmpty)
            {
                return fields;
            }

            var reader = new Utf8JsonReader(json, Lenient);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                throw new JsonException();
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("id"u8))
                {
                    fields.Id = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("status"u8))
                {
                    fields.Status = EventFields.String(ref reader);
                }
                else if (reader.ValueTextEquals("error"u8))
                {
                    fields.Error = EventFields.Raw(ref reader, json);
                }
                else if (reader.ValueTextEquals("incomplete_details"u8))
                {
                    fields.IncompleteReason = Reason(EventFields.Raw(ref reader, json));
                }
                else if (reader.ValueTextEquals("output"u8))
                {
                    fields.Output = EventFields.Raw(ref reader, json);
                }
                else if (reader.ValueTextEquals("usage"u8))
                {
                    fields.Usage = EventFields.Raw(ref reader, json);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            return fields;
        }

        private static ReadOnlySpan<byte> Reason(ReadOnlySpan<byte> details)
        {
            if (details.IsEmpty || details[0] != '{')
            {
                return default;
            }

            ReadOnlySpan<byte> reason = default;
            var reader = new Utf8JsonReader(details, Lenient);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("reason"u8))
                {
                    reason = EventFields.String(ref reader);
                }
                else
                {
                    reader.Read();
                    reader.Skip();
                }
            }

            return reason;
        }
    }
}
