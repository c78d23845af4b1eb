using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace PatchOps.House.Tests.Arrows;

/// <summary>What an assembly refers to, read from its metadata: nothing is loaded or run.</summary>
internal sealed class AssemblyFacts
{
    private static readonly string Framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private AssemblyFacts(string name, IReadOnlyList<string> assemblies, IReadOnlyList<(string Assembly, string Type)> types, IReadOnlyList<string> members)
    {
        Name = name;
        Assemblies = assemblies;
        Types = types;
        Members = members;
    }

    public string Name { get; }

    /// <summary>Referenced assemblies that do not come with .NET itself.</summary>
    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Used types of other assemblies, with their namespace; a nested type counts as its outermost one.</summary>
    public IReadOnlyList<(string Assembly, string Type)> Types { get; }

    /// <summary>Used members of other assemblies' types, as <c>Namespace.Type.Member</c>.</summary>
    public IReadOnlyList<string> Members { get; }

    public static AssemblyFacts Of(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var assemblies = metadata.AssemblyReferences
            .Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))
            .Where(n => !File.Exists(Path.Combine(Framework, n + ".dll")))
            .Order(StringComparer.Ordinal).ToList();
        var types = metadata.TypeReferences.Select(h => Outermost(metadata, h)).OfType<(string, string)>().Distinct().ToList();
        var members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(m => m.Parent.Kind == HandleKind.TypeReference)
            .Select(m => (Type: Outermost(metadata, (TypeReferenceHandle)m.Parent), Member: metadata.GetString(m.Name)))
            .Where(m => m.Type is not null)
            .Select(m => $"{m.Type!.Value.Type}.{m.Member}").Distinct().ToList();
        return new AssemblyFacts(assembly.GetName().Name!, assemblies, types, members);
    }

    private static (string Assembly, string Type)? Outermost(MetadataReader metadata, TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        while (type.ResolutionScope.Kind == HandleKind.TypeReference) type = metadata.GetTypeReference((TypeReferenceHandle)type.ResolutionScope);
        if (type.ResolutionScope.Kind != HandleKind.AssemblyReference) return null;
        var assembly = metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name);
        return (assembly, $"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}");
    }
}
