using System.Globalization;
using System.Reflection;
using System.Text;
using PatchOps.Cli;
using PatchOps.House.Tests.Faces;

namespace PatchOps.House.Tests.Surface;

/// <summary>What scripts rely on, as text: one line a fact, so that a change shows as a line in review.</summary>
internal static class PublicSurface
{
    public static string Text(IEnumerable<string> failureCodes)
    {
        var text = new StringBuilder();
        text.Append("# What scripts rely on. Written by a test: run it with PATCHOPS_UPDATE_SURFACE=1 to write it anew, and review the difference.\n");
        text.Append("\n## Cmdlets\n");
        foreach (var cmdlet in CmdletForm.All) Cmdlet(text, cmdlet);
        text.Append("\n## Output types\n");
        foreach (var type in CmdletForm.All.SelectMany(c => c.Outputs).Distinct().Where(t => t.Namespace!.StartsWith("PatchOps.", StringComparison.Ordinal)).OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{type.FullName}\n");
            foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).OrderBy(p => p.Name, StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"  {property.Name} {Name(property.PropertyType)}\n");
        }
        text.Append("\n## Command line\n");
        foreach (var noun in Verbs.Build().Subcommands.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            if (noun.Subcommands.Count == 0) Verb(text, noun.Name, noun);
            foreach (var verb in noun.Subcommands.OrderBy(v => v.Name, StringComparer.Ordinal)) Verb(text, $"{noun.Name} {verb.Name}", verb);
        }
        text.Append("\n## Error ids\n");
        foreach (var code in failureCodes) text.Append(code).Append('\n');
        return text.ToString();
    }

    private static void Cmdlet(StringBuilder text, CmdletForm cmdlet)
    {
        text.Append(cmdlet.Name);
        if (cmdlet.Outputs.Count > 0) text.Append(" -> ").AppendJoin(", ", cmdlet.Outputs.Select(Name));
        if (cmdlet.ShouldProcess) text.Append(cmdlet.HighImpact ? " [asks by default]" : " [supports WhatIf]");
        text.Append('\n');
        foreach (var parameter in cmdlet.Parameters)
        {
            text.Append(CultureInfo.InvariantCulture, $"  -{parameter.Name} {Name(parameter.Property.PropertyType)}");
            if (parameter.Mandatory) text.Append(" mandatory");
            if (parameter.Position is { } position) text.Append(CultureInfo.InvariantCulture, $" position {position}");
            if (parameter.FromPipeline) text.Append(" pipeline");
            if (parameter.FromPipelineByName) text.Append(" pipeline-by-name");
            if (parameter.Aliases.Count > 0) text.Append(" alias ").AppendJoin(", ", parameter.Aliases);
            text.Append('\n');
        }
    }

    private static void Verb(StringBuilder text, string name, System.CommandLine.Command verb)
    {
        text.Append(name);
        foreach (var argument in verb.Arguments) text.Append(CultureInfo.InvariantCulture, $" <{argument.Name}>");
        foreach (var option in verb.Options.Select(o => o.Name).Order(StringComparer.Ordinal)) text.Append(' ').Append(option);
        text.Append('\n');
    }

    private static string Name(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        return type.IsGenericType ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : type.Name;
    }
}
