namespace Ccr.Protocols.Transformers;

/// <summary>Changes nothing: names that choose a protocol, or that ask for what is done anyway.</summary>
internal sealed class IdentityTransformer : Transformer;
