namespace Ccr.Protocols.Schemas;

/// <summary>The keywords of JSON Schema that mean something to a cleaner.</summary>
internal enum SchemaWord
{
    Unknown,
    Type,
    Properties,
    Required,
    Items,
    PrefixItems,
    AdditionalProperties,
    PatternProperties,
    PropertyNames,
    Definitions,
    Ref,
    Id,
    Schema,
    Comment,
    AnyOf,
    OneOf,
    AllOf,
    Not,
    If,
    Then,
    Else,
    DependentSchemas,
    OtherSubschema,
    Enum,
    Const,
    Format,
    Pattern,
    Description,

    /// <summary>A value that Gemini's OpenAPI subset takes as it is.</summary>
    PlainOpenApi,
}
