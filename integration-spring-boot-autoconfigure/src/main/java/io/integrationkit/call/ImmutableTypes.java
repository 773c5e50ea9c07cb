package io.integrationkit.call;

import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.springframework.util.ClassUtils;

/** Types whose values cannot change; of any other it must be assumed that a method changes its argument. Safe for any thread. */
public final class ImmutableTypes {

    private static final Set<Class<?>> VALUES = Set.of(
            String.class,
            BigDecimal.class,
            BigInteger.class,
            UUID.class,
            URI.class,
            Locale.class,
            Currency.class,
            Duration.class,
            Period.class,
            Instant.class,
            LocalDate.class,
            LocalTime.class,
            LocalDateTime.class,
            OffsetDateTime.class,
            ZonedDateTime.class,
            Year.class,
            YearMonth.class,
            ZoneId.class);

    private ImmutableTypes() {}

    /**
     * Tells whether a value of a type stays what it is, whoever has it.
     *
     * @param type the type
     * @return whether it is known to be immutable, with all it is made of
     */
    public static boolean contains(Class<?> type) {
        return contains(type, new HashSet<>());
    }

    private static boolean contains(Class<?> type, Set<Class<?>> visited) {
        if (ClassUtils.isPrimitiveOrWrapper(type) || type.isEnum() || VALUES.contains(type) || !visited.add(type)) {
            return true;
        }
        if (!type.isRecord()) {
            return false;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (!contains(component.getType(), visited)) {
                return false;
            }
        }
        return true;
    }
}
