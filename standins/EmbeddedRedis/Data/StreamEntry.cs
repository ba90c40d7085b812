namespace Ccr.Standins.EmbeddedRedis.Data;

/// <summary>One entry: fields and values alternate in the order they were given.</summary>
internal sealed record StreamEntry(StreamId Id, byte[][] FieldsAndValues);
