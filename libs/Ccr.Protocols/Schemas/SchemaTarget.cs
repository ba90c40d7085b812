namespace Ccr.Protocols.Schemas;

/// <summary>Who is to take a JSON Schema, and so what must not be in it.</summary>
public enum SchemaTarget
{
    /// <summary>OpenAI's functions and formats without strict: JSON Schema but for some formats, patterns and ids.</summary>
    OpenAI,

    /// <summary>Anthropic's input_schema: JSON Schema with a plain object at the root.</summary>
    Anthropic,

    /// <summary>Gemini's <c>parameters</c> and <c>responseSchema</c>: a subset of OpenAPI 3.0.</summary>
    GeminiParameters,

    /// <summary>Gemini's <c>parametersJsonSchema</c> and <c>responseJsonSchema</c>: most of JSON Schema.</summary>
    GeminiJsonSchema,
}
