package org.springframework.security.access;

/** Has the name of the exception of Spring Security, which is not among the dependencies. */
public class AccessDeniedException extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
