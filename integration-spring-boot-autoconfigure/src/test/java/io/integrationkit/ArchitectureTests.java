package io.integrationkit;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.conditions.ArchConditions.notBePublic;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.constructors;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.Architectures;
import java.io.ObjectInputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;

/** The rules of the house; the name of each test is the rule. */
class ArchitectureTests {

    /** From the top to the ground; a package may use those of the lines below its own. */
    private static final List<Set<String>> FLOORS = List.of(
            Set.of("autoconfigure"),
            Set.of("actuate", "verification"),
            Set.of("outbox"),
            Set.of("listener"),
            Set.of("event"),
            Set.of("replay"),
            Set.of("deadletter"),
            Set.of("deduplicate", "idempotency"),
            Set.of("reliable"),
            Set.of("breaker", "limit"),
            Set.of("call"),
            Set.of("redis", "kafka"),
            Set.of("context", "jdbc"),
            Set.of("failure"));

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.integrationkit");

    @Test
    void arrowsPointOnlyDownward() {
        Architectures.LayeredArchitecture floors =
                Architectures.layeredArchitecture().consideringOnlyDependenciesInAnyPackage("io.integrationkit..");
        for (Set<String> floor : FLOORS) {
            for (String name : floor) {
                floors = floors.optionalLayer(name).definedBy("io.integrationkit." + name + "..");
            }
        }
        for (int i = 0; i < FLOORS.size(); i++) {
            String[] above = FLOORS.subList(0, i).stream().flatMap(Set::stream).toArray(String[]::new);
            for (String name : FLOORS.get(i)) {
                floors = (above.length == 0)
                        ? floors.whereLayer(name).mayNotBeAccessedByAnyLayer()
                        : floors.whereLayer(name).mayOnlyBeAccessedByLayers(above);
            }
        }
        floors.check(PRODUCTION);
    }

    @Test
    void everyPackageStandsOnAFloor() {
        Set<String> known = FLOORS.stream().flatMap(Set::stream).collect(Collectors.toSet());
        Set<String> found = PRODUCTION.stream()
                .map((type) -> type.getPackageName().split("\\.", -1)[2])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(known).containsAll(found);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.integrationkit.(**)").should().beFreeOfCycles().check(PRODUCTION);
    }

    @Test
    void everyPackageSaysWhatIsNullable() {
        Map<String, List<JavaClass>> packages =
                PRODUCTION.stream().collect(Collectors.groupingBy(JavaClass::getPackageName));
        assertThat(packages.keySet())
                .allSatisfy((name) -> assertThat(PRODUCTION.getPackage(name))
                        .satisfies((found) -> assertThat(found.isAnnotatedWith(NullMarked.class))
                                .isTrue()));
    }

    @Test
    void autoConfigurationsArePublicAndFinal() {
        classes()
                .that()
                .areAnnotatedWith(AutoConfiguration.class)
                .should()
                .bePublic()
                .andShould()
                .haveModifier(JavaModifier.FINAL)
                .check(PRODUCTION);
    }

    @Test
    void autoConfigurationsHaveNothingPublicInside() {
        methods()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(AutoConfiguration.class)
                .should(notBePublic())
                .check(PRODUCTION);
        constructors()
                .that()
                .areDeclaredInClassesThat()
                .areAnnotatedWith(AutoConfiguration.class)
                .should(notBePublic())
                .check(PRODUCTION);
        classes()
                .that()
                .areMemberClasses()
                .and()
                .resideInAPackage("io.integrationkit.autoconfigure..")
                .and()
                .areAnnotatedWith("org.springframework.context.annotation.Configuration")
                .should(notBePublic())
                .check(PRODUCTION);
    }

    @Test
    void everyAutoConfigurationIsListed() throws Exception {
        List<String> listed;
        try (var in = getClass()
                .getResourceAsStream(
                        "/META-INF/spring/org.springframework.boot.autoconfigure.AutoConfiguration.imports")) {
            assertThat(in).isNotNull();
            listed = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        assertThat(listed)
                .isSorted()
                .containsExactlyInAnyOrderElementsOf(PRODUCTION.stream()
                        .filter((type) -> type.isAnnotatedWith(AutoConfiguration.class))
                        .map(JavaClass::getName)
                        .toList());
    }

    @Test
    void onlyTheTimeSourceReadsTheClock() {
        noClasses()
                .that(resideOutsideOfPackages("io.integrationkit.context"))
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .check(PRODUCTION);
    }

    @Test
    void nothingIsDeserialisedByJava() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .areAssignableTo(ObjectInputStream.class)
                .check(PRODUCTION);
    }

    @Test
    void nobodyUsesTheAutoConfigurations() {
        noClasses()
                .that(resideOutsideOfPackages("io.integrationkit.autoconfigure.."))
                .should()
                .dependOnClassesThat(resideInAPackage("io.integrationkit.autoconfigure.."))
                .check(PRODUCTION);
    }
}
