using System.Management.Automation;
using System.Reflection;
using PatchOps.Module;

namespace PatchOps.House.Tests.Faces;

/// <summary>One parameter of a cmdlet, as its attributes say.</summary>
internal sealed record CmdletParameter(PropertyInfo Property, bool Mandatory, int? Position, bool FromPipeline, bool FromPipelineByName, IReadOnlyList<string> Aliases)
{
    public string Name => Property.Name;
}

/// <summary>A cmdlet read from metadata alone: the library that it is compiled against has no bodies to run.</summary>
internal sealed class CmdletForm
{
    private CmdletForm(Type type, CustomAttributeData cmdlet)
    {
        Type = type;
        Verb = (string)cmdlet.ConstructorArguments[0].Value!;
        Noun = (string)cmdlet.ConstructorArguments[1].Value!;
        ShouldProcess = Named(cmdlet, "SupportsShouldProcess") is true;
        HighImpact = Named(cmdlet, "ConfirmImpact") is int impact && impact == (int)ConfirmImpact.High;
        Outputs = [.. type.GetCustomAttributesData().Where(a => a.AttributeType.Name == nameof(OutputTypeAttribute)).SelectMany(OutputTypes)];
        Parameters = [.. type.GetProperties().Select(Parameter).OfType<CmdletParameter>().OrderBy(p => p.Name, StringComparer.Ordinal)];
    }

    public static IReadOnlyList<CmdletForm> All { get; } =
        [.. typeof(OperationCmdlet).Assembly.GetTypes()
            .Where(t => !t.IsAbstract)
            .Select(t => (Type: t, Cmdlet: t.GetCustomAttributesData().SingleOrDefault(a => a.AttributeType.Name == nameof(CmdletAttribute))))
            .Where(t => t.Cmdlet is not null)
            .Select(t => new CmdletForm(t.Type, t.Cmdlet!))
            .OrderBy(c => c.Name, StringComparer.Ordinal)];

    public Type Type { get; }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public bool ShouldProcess { get; }

    public bool HighImpact { get; }

    public IReadOnlyList<Type> Outputs { get; }

    public IReadOnlyList<CmdletParameter> Parameters { get; }

    private static object? Named(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.Where(a => a.MemberName == name).Select(a => a.TypedValue.Value).SingleOrDefault();

    private static IEnumerable<Type> OutputTypes(CustomAttributeData attribute) =>
        attribute.ConstructorArguments.SelectMany(a => a.Value is IReadOnlyCollection<CustomAttributeTypedArgument> many ? many.Select(m => m.Value) : [a.Value]).OfType<Type>();

    private static CmdletParameter? Parameter(PropertyInfo property)
    {
        var attributes = property.GetCustomAttributesData();
        var parameter = attributes.FirstOrDefault(a => a.AttributeType.Name == nameof(ParameterAttribute));
        if (parameter is null) return null;
        var alias = attributes.FirstOrDefault(a => a.AttributeType.Name == nameof(AliasAttribute));
        var aliases = alias is null ? [] : ((IReadOnlyCollection<CustomAttributeTypedArgument>)alias.ConstructorArguments[0].Value!).Select(a => (string)a.Value!).ToList();
        return new CmdletParameter(property, Named(parameter, "Mandatory") is true, (int?)Named(parameter, "Position"), Named(parameter, "ValueFromPipeline") is true,
            Named(parameter, "ValueFromPipelineByPropertyName") is true, aliases);
    }
}
